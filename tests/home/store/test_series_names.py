"""Which series is the register of import, and which that of export."""

import pytest

from hanport.errors import ConfigError
from hanport.home.store.series_names import choose


@pytest.mark.parametrize(
    ("names", "imports", "exports"),
    [
        (["sensor.a"], ["sensor.a"], []),
        (
            ["sensor.p1_energy_import", "sensor.p1_energy_export"],
            ["sensor.p1_energy_import"],
            ["sensor.p1_energy_export"],
        ),
        (
            [
                "sensor.electricity_meter_energy_consumption_tarif_1",
                "sensor.electricity_meter_energy_consumption_tarif_2",
            ],
            [
                "sensor.electricity_meter_energy_consumption_tarif_1",
                "sensor.electricity_meter_energy_consumption_tarif_2",
            ],
            [],
        ),
        (["sensor.energy_import", "sensor.energy_import_t1", "sensor.power_import"], ["sensor.energy_import"], []),
        (["sensor.forbrukad_energi", "sensor.producerad_energi", "sensor.elkostnad_import"], None, None),
        (
            ["sensor.energi_forbrukning", "sensor.energi_produktion"],
            ["sensor.energi_forbrukning"],
            ["sensor.energi_produktion"],
        ),
    ],
)
def test_names_that_people_have(names: list[str], imports: list[str] | None, exports: list[str] | None) -> None:
    if imports is None or exports is None:
        imports, exports = ["sensor.forbrukad_energi"], ["sensor.producerad_energi"]
    assert choose(names, (), ()) == (tuple(imports), tuple(exports))


def test_what_is_told_stands() -> None:
    assert choose(["a_export", "b"], ("a_export",), ("b",)) == (("a_export",), ("b",))
    with pytest.raises(ConfigError, match="no series c"):
        choose(["a", "b"], ("c",), ())


def test_what_cannot_be_seen_by_the_name_is_asked_for() -> None:
    with pytest.raises(ConfigError, match=r"No series looks like .* import.*--import-series"):
        choose(["a", "b"], (), ())
    with pytest.raises(ConfigError, match=r"Several .* export.*--export-series"):
        choose(["import", "export", "energy_return"], (), ())
    with pytest.raises(ConfigError, match="no series of energy"):
        choose([], (), ())

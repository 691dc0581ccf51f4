"""Scalers and units that a push list leaves out, by who made the list. Tables.

Source: Kaifa HAN list KFM_001; Kamstrup 5512-2584 ("scaler unit is not part of the push data") and captures; L+G E450
captures. Where nothing is known the number stays a register without a unit: unknown is never guessed.
"""

from enum import StrEnum

from hanport.port.fields import FIELDS, TARIFFS, Quantity

# Green Book, 4.3.2, table of physical units.
UNITS_BY_NUMBER = {9: "°C", 13: "m3", 27: "W", 28: "VA", 29: "var", 30: "Wh", 31: "VAh", 32: "varh", 33: "A", 35: "V"}
UNITS_BY_NUMBER[44] = "Hz"
NUMBERS_BY_UNIT = {unit: number for number, unit in UNITS_BY_NUMBER.items()}


class ListMaker(StrEnum):
    """Who made a list that carries no scalers."""

    KAIFA = "Kaifa"
    KAMSTRUP = "Kamstrup"
    KAMSTRUP_NORWAY = "Kamstrup in Norway"
    LANDIS_GYR = "Landis+Gyr"


_PLAIN = {
    Quantity.POWER: (0, "W"),
    Quantity.REACTIVE_POWER: (0, "var"),
    Quantity.ENERGY: (0, "Wh"),
    Quantity.REACTIVE_ENERGY: (0, "varh"),
}

_SCALERS: dict[ListMaker, dict[Quantity, tuple[int, str]]] = {
    ListMaker.KAIFA: {**_PLAIN, Quantity.CURRENT: (-3, "A"), Quantity.VOLTAGE: (-1, "V")},
    ListMaker.KAMSTRUP: {**_PLAIN, Quantity.CURRENT: (-2, "A"), Quantity.VOLTAGE: (0, "V")},
    ListMaker.KAMSTRUP_NORWAY: {
        **_PLAIN,
        Quantity.ENERGY: (1, "Wh"),
        Quantity.REACTIVE_ENERGY: (1, "varh"),
        Quantity.CURRENT: (-2, "A"),
        Quantity.VOLTAGE: (0, "V"),
    },
    ListMaker.LANDIS_GYR: _PLAIN,
}

# A Danish Kamstrup firmware of 2025 sends volts x 100 (22199 = 221.99 V). No phase voltage is above 1 kV.
_VOLTS_LIMIT = 1000
_HUNDREDTHS = -2

# The last digits of a Kamstrup type number (1-1:96.1.1) tell the country: 6861111BN242101040 is Norwegian and counts
# 10 Wh, 6841138BN245101090 is Swedish and counts 1 Wh. Inferred from captures of both. The list "DLMS push 1"
# (Denmark, Switzerland) carries no type number, so its energies stay registers.
_KAMSTRUP_COUNTRIES = {"040": ListMaker.KAMSTRUP_NORWAY, "090": ListMaker.KAMSTRUP}


def list_maker(identification: str | None, type_number: str | None, title: bytes | None) -> ListMaker | None:
    """Who made a list, from its name, the meter's type number and the system title of its encryption."""
    name = identification or ""
    if name.startswith("KFM") or (title or b"").startswith(b"KFM"):
        return ListMaker.KAIFA
    if name.startswith("Kamstrup"):
        return _KAMSTRUP_COUNTRIES.get((type_number or "")[-3:], ListMaker.KAMSTRUP)
    if (title or b"").startswith(b"LGZ"):
        return ListMaker.LANDIS_GYR
    return None


def scaler_for(maker: ListMaker | None, code: str, number: int, type_number: str | None) -> tuple[int, str | None]:
    """The power of ten and the unit of a number sent without them; (0, None) where they are not known."""
    field = FIELDS.get(code) or TARIFFS.get(code)
    if maker is None or field is None:
        return 0, None
    if (
        maker is ListMaker.KAMSTRUP
        and field.quantity in (Quantity.ENERGY, Quantity.REACTIVE_ENERGY)
        and type_number is None
    ):
        return 0, None
    kamstrup = maker in (ListMaker.KAMSTRUP, ListMaker.KAMSTRUP_NORWAY)
    if kamstrup and field.quantity is Quantity.VOLTAGE and number > _VOLTS_LIMIT:
        return _HUNDREDTHS, "V"
    return _SCALERS[maker].get(field.quantity, (0, None))

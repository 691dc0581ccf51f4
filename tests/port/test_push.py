"""Push lists of every shape met, made from the corpus and, where it has none, from what is known of the meters."""

import struct
from decimal import Decimal
from typing import TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus_index import CASES
from hanport.port import push
from hanport.port.axdr import Enum, Malformed, Octets, Text, Value, encode
from hanport.port.push import Pushed
from hanport.port.reading import to_reading
from hanport.port.values import Reading, Register

Item: TypeAlias = "Value | bytes"

CLOCK = bytes.fromhex("07e50916031223 1eff ffc4 00")  # 2021-09-22 18:35:30, UTC+1
AT = "2021-09-22T17:35:30+00:00"


def apdu(body: bytes, time: bytes = b"\0") -> bytes:
    return b"\x0f\x40\0\0\0" + time + body


def structure(*items: Item) -> bytes:
    """A structure; items that are bytes are encoded already."""
    return bytes((2, len(items))) + b"".join(item if isinstance(item, bytes) else encode(item) for item in items)


def code(text: str) -> Octets:
    return Octets(bytes(map(int, text.replace("-", ".").replace(":", ".").split("."))) + b"\xff")


def read(body: bytes, time: bytes = b"\0", title: bytes | None = None) -> Pushed:
    return push.read(apdu(body, time), title)


def reading(pushed: Pushed) -> Reading:
    return to_reading(pushed.registers, pushed.at)


def by_code(pushed: Pushed) -> dict[str, Register]:
    return {register.obis: register for register in pushed.registers}


def bare(file: str) -> bytes:
    data = CASES[file].data
    return data[3:] if data.startswith(b"\xe6\xe7\x00") else data


# Kaifa: four Swedish shapes, and the Norwegian lists 1 to 3 that two of them follow.

NAMES = (Octets(b"KFM_001"), Octets(b"7340734073407340"), Octets(b"MA304H4"))
POWERS = (2816, 0, 0, 141)
PHASES = (6781, 5200, 3100, 2301, 2299, 2289)
ENERGIES = (4_786_979, 0, 12_345, 67_890)


def test_kaifa_pairs_of_36() -> None:
    pushed = push.read(bare("hdlc/se-kaifa-amshan-se-list.hex"))
    assert pushed.identification == "KFM_001"
    assert len(pushed.registers) == 18
    assert by_code(pushed)["1-0:31.7.0"].value == Decimal("6.781")


def test_kaifa_eighteen_by_position_with_a_time_of_the_notification() -> None:
    pushed = read(structure(*NAMES, *POWERS, *PHASES, Octets(CLOCK), *ENERGIES), b"\x09\x0c" + CLOCK)
    assert pushed.identification == "KFM_001"
    assert by_code(pushed)["0-0:96.1.7"].text == "MA304H4"
    assert by_code(pushed)["0-0:1.0.0"].text == "2021-09-22T17:35:30Z"
    got = reading(pushed)
    assert got.at is not None
    assert got.at.isoformat() == AT
    assert (got.power_import_w, got.reactive_power_export_var) == (2816, 141)
    assert (got.current_l2_ma, got.voltage_l3_mv) == (5200, 228_900)
    assert (got.energy_import_wh, got.reactive_energy_export_varh) == (4_786_979, 67_890)


def test_kaifa_fourteen_of_a_single_phase() -> None:
    got = reading(read(structure(*NAMES, *POWERS, 6781, 2301, Octets(CLOCK), *ENERGIES)))
    assert (got.current_l1_ma, got.voltage_l1_mv, got.energy_import_wh) == (6781, 230_100, 4_786_979)
    assert (got.current_l2_ma, got.voltage_l2_mv) == (None, None)
    assert got.at is not None


def test_kaifa_thirteen_and_nine_without_registers() -> None:
    thirteen = reading(read(structure(*NAMES, *POWERS, *PHASES), b"\x0c" + CLOCK))
    assert (thirteen.current_l3_ma, thirteen.voltage_l1_mv, thirteen.energy_import_wh) == (3100, 230_100, None)
    assert thirteen.at is not None
    nine = reading(read(structure(*NAMES, *POWERS, 6781, 2301)))
    assert (nine.power_import_w, nine.current_l1_ma, nine.at) == (2816, 6781, None)


def test_kaifa_one_is_the_power() -> None:
    assert reading(read(structure(2816))).power_import_w == 2816
    assert reading(push.read(bare("hdlc/no-kaifa-amshan-no-list-1.hex"))).power_import_w is not None


def test_kaifa_behind_a_current_transformer_counts_in_64_bits() -> None:
    energies = [b"\x15" + struct.pack(">Q", number) for number in (12_345_678_901, 0, 5, 2**63)]
    got = reading(read(structure(*NAMES, *POWERS, *PHASES, Octets(CLOCK), *energies)))
    assert got.energy_import_wh == 12_345_678_901
    assert got.reactive_energy_export_varh is None  # more than any meter counts


def test_kaifas_name_as_a_text_is_the_same_list() -> None:
    pushed = read(structure(Text(b"KFM_001"), *NAMES[1:], *POWERS, *PHASES, Octets(CLOCK), *ENERGIES))
    assert pushed.identification == "KFM_001"
    assert reading(pushed).energy_import_wh == 4_786_979


def test_other_counts_without_codes_are_not_guessed() -> None:
    with pytest.raises(Malformed, match="a list of 5 values without codes"):
        read(structure(1, 2, 3, 4, 5))


# Kamstrup


def kamstrup(*pairs: tuple[str, Item] | None, type_number: bytes | None = b"6841138BN245101090") -> Pushed:
    """A pair that is None is sent as two nulls."""
    items: list[Item] = [Text(b"Kamstrup_V0001")]
    if type_number:
        items += [code("1-1:96.1.1"), Text(type_number)]
    for pair in pairs:
        items += [None, None] if pair is None else [code(pair[0]), pair[1]]
    return read(structure(*items), b"\x0c" + CLOCK)


def test_kamstrup_sends_nulls_for_the_phases_that_it_has_not() -> None:
    pushed = kamstrup(("1-1:1.7.0", 1083), ("1-1:31.7.0", 237), None, None, ("1-1:32.7.0", 230))
    assert [register.obis for register in pushed.registers] == [
        "#0", "1-1:96.1.1", "1-1:1.7.0", "1-1:31.7.0", "1-1:32.7.0",
    ]  # fmt: skip
    assert pushed.identification == "Kamstrup_V0001"
    got = reading(pushed)
    assert (got.current_l1_ma, got.current_l2_ma, got.voltage_l1_mv) == (2370, None, 230_000)


def test_kamstrup_counts_by_country() -> None:
    assert reading(kamstrup(("1-1:1.8.0", 32_014_158))).energy_import_wh == 32_014_158
    norway = kamstrup(("1-1:1.8.0", 7_745_250), type_number=b"6861111BN242101040")
    assert reading(norway).energy_import_wh == 77_452_500
    unknown = kamstrup(("1-1:1.8.0", 7_745_250), type_number=None)
    assert reading(unknown).energy_import_wh is None
    assert by_code(unknown)["1-1:1.8.0"].value == 7_745_250


def test_kamstrup_volts_in_hundredths() -> None:
    got = reading(kamstrup(("1-1:32.7.0", b"\x12" + struct.pack(">H", 22_199)), ("1-1:52.7.0", 231)))
    assert (got.voltage_l1_mv, got.voltage_l2_mv) == (221_990, 231_000)


def test_the_times_of_kamstrups_notification() -> None:
    """Older firmware puts the type 09 in front of the length."""
    body = structure(Text(b"Kamstrup_V0001"), code("1-1:1.7.0"), 5)
    for time in (b"\x0c" + CLOCK, b"\x09\x0c" + CLOCK):
        at = read(body, time).at
        assert at is not None
        assert at.isoformat() == AT
    assert read(body).at is None


def test_the_row_of_the_clock_stands_above_the_time_of_the_notification() -> None:
    later = bytes.fromhex("07e50916031224 00ff ffc4 00")
    at = read(structure(code("1-0:1.7.0"), 5, code("0-0:1.0.0"), Octets(CLOCK)), b"\x0c" + later).at
    assert at is not None
    assert at.isoformat() == AT
    at = read(structure(code("1-0:1.7.0"), 5, code("0-0:1.0.0"), Octets(b"short")), b"\x0c" + later).at
    assert at is not None
    assert at.isoformat() == "2021-09-22T17:36:00+00:00"


# Structures of (code, value, (scaler, unit)): Aidon, Landis+Gyr, Iskraemeco


def row(obis: str, value: bytes, power: int, unit: int) -> bytes:
    return structure(code(obis), value, structure(b"\x0f" + struct.pack("b", power), Enum(unit)))


def test_aidon_scalers_are_in_the_frame() -> None:
    """Energy counts 10 Wh in Norway, 1 Wh in Sweden."""
    norway = read(structure(row("1-0:1.8.0", b"\x06\0\0\x04\0", 1, 30), row("1-0:32.7.0", b"\x12\x09\x1a", -1, 35)))
    assert reading(norway) == Reading(energy_import_wh=10_240, voltage_l1_mv=233_000)
    assert str(by_code(norway)["1-0:1.8.0"].value) == "10240"
    assert reading(read(structure(row("1-0:1.8.0", b"\x06\0\0\x04\0", 0, 30)))).energy_import_wh == 1024


def test_embriq_of_landis_gyr() -> None:
    """The file is from a document with a typing slip (06 09 for 09 06); put right, its checksum would do."""
    broken = CASES["hdlc-bad/no-landisgyr-zmf100-embriq.hex"].data
    pushed = push.read(broken[12:-3].replace(b"\x06\x09\x01\x00", b"\x09\x06\x01\x00"))
    assert pushed.identification == "EMBRIQ_V1_1"
    assert by_code(pushed)["0-0:96.1.0"].text == "40799390"  # its padding with NUL is left out
    got = reading(pushed)
    assert (got.power_import_w, got.current_l1_ma, got.voltage_l3_mv) == (560, 2440, 233_000)
    assert got.at is not None


@pytest.mark.parametrize("power", [-128, 127])
def test_the_widest_scalers(power: int) -> None:
    pushed = read(structure(row("1-0:1.8.0", b"\x15" + b"\xff" * 8, power, 30)))
    value = by_code(pushed)["1-0:1.8.0"].value
    assert value is not None
    assert value.as_tuple().exponent == min(power, 0)
    assert reading(pushed).energy_import_wh in (None, 0)


def test_a_scaler_that_is_no_integer8_is_none() -> None:
    absurd = structure(code("1-0:1.8.0"), 5, structure(b"\x14" + struct.pack(">q", 2**60), Enum(30)))
    pushed = read(absurd)
    assert reading(pushed) == Reading()
    assert [register.obis for register in pushed.registers] == ["1-0:1.8.0", "#1", "#2"]


def test_numbers_with_a_point() -> None:
    pushed = read(
        structure(
            structure(code("1-0:1.7.0"), b"\x17" + struct.pack(">f", 1.5), structure(b"\x0f\x03", Enum(27))),
            structure(code("1-0:14.7.0"), b"\x18" + struct.pack(">d", 49.98)),
            structure(code("1-0:13.7.0"), b"\x17" + struct.pack(">f", float("nan"))),
            structure(code("1-0:33.7.0"), b"\x17" + struct.pack(">f", float("inf"))),
        )
    )
    assert reading(pushed) == Reading(power_import_w=1500)
    rows = by_code(pushed)
    assert (rows["1-0:14.7.0"].value, rows["1-0:14.7.0"].unit) == (Decimal("49.98"), None)
    assert (rows["1-0:13.7.0"].value, rows["1-0:13.7.0"].text) == (None, "nan")
    assert rows["1-0:33.7.0"].text == "inf"


def test_an_unknown_unit_is_none() -> None:
    pushed = read(structure(row("1-0:1.7.0", b"\x06\0\0\0\5", 0, 255)))
    assert by_code(pushed)["1-0:1.7.0"].value == 5
    assert by_code(pushed)["1-0:1.7.0"].unit is None


# Lists that describe themselves


def descriptors(*codes: str) -> list[Value]:
    return [[3, code(text), 2] for text in codes]


def test_switzerland_describes_first_and_then_sends_the_values() -> None:
    """(class, code, attribute), without scalers: registers with numbers, and no reading, since no unit is known."""
    pushed = read(structure(descriptors("1-0:1.8.0", "1-0:1.7.0"), 4_408_736, 2893))
    assert [(register.obis, register.value) for register in pushed.registers] == [
        ("1-0:1.8.0", Decimal(4_408_736)),
        ("1-0:1.7.0", Decimal(2893)),
    ]
    assert reading(pushed) == Reading()


def test_energomera_counts_the_description_as_a_value() -> None:
    pushed = push.read(bare("hdlc/ru-energomera-apdu.hex"))
    assert len(pushed.registers) == 7
    assert by_code(pushed)["0-0:42.0.0"].text == "EMR0222173608710"
    assert by_code(pushed)["0-0:96.5.135"].text == "(0000636204ff, 3)"  # a (code, attribute) as the value


def test_a_pair_of_code_and_attribute_is_a_row() -> None:
    (register,) = read(structure([code("0-0:99.98.4"), 3])).registers
    assert (register.obis, register.value) == ("0-0:99.98.4", Decimal(3))


def test_a_description_that_does_not_fit_its_values_is_malformed() -> None:
    with pytest.raises(Malformed, match="2 descriptors for 3 values"):
        read(structure(descriptors("1-0:1.8.0", "1-0:1.7.0"), 1, 2, 3))


def test_a_list_that_only_begins_like_a_description_is_none() -> None:
    pushed = read(structure([[3, code("1-0:1.8.0"), 2], 5], code("1-0:1.7.0"), 6))
    assert by_code(pushed)["1-0:1.7.0"].value == 6
    assert read(structure([], code("1-0:1.7.0"), 6)).registers[0].value == 6


# Everything else


def test_a_time_in_front_is_the_clock() -> None:
    at = read(structure(Octets(CLOCK), code("1-0:1.7.0"), 6)).at
    assert at is not None
    assert at.isoformat() == AT


def test_a_clock_that_is_not_set_stays_readable() -> None:
    pushed = read(structure(code("0-0:1.0.0"), Octets(b"\xff" * 12), code("1-0:1.7.0"), 6))
    assert pushed.at is None
    assert by_code(pushed)["0-0:1.0.0"].text == "ff" * 12


def test_texts() -> None:
    pushed = read(
        structure(
            code("0-0:96.1.0"), Octets(b"40799390\0\0\0\0"),
            code("0-0:96.1.1"), Octets(b"\x00\xff"),
            code("0-0:96.1.2"), Text("å".encode("latin-1")),
            code("0-0:96.1.3"), Enum(7),
            code("0-0:96.1.4"), [None, True, Text(b"a"), Enum(3), [1]],
            code("0-0:96.1.5"), None,
        )
    )  # fmt: skip
    assert [(r.text, r.value) for r in pushed.registers] == [
        ("40799390", None), ("00ff", None), ("e5", None), (None, 7), ("(-, True, a, 3, (1))", None), (None, None),
    ]  # fmt: skip


def test_a_code_at_the_very_end_is_a_value() -> None:
    assert [r.obis for r in read(structure(code("1-0:1.7.0"), 6, code("1-0:2.7.0"))).registers] == ["1-0:1.7.0", "#1"]


def test_a_name_from_the_system_title() -> None:
    body = structure(code("1-0:1.7.0"), 6, code("1-0:31.7.0"), 1730)
    assert read(body, title=b"KFM\x10\x20\x00\x00\x01").identification == "KFM"
    assert reading(read(body, title=b"KFM\x10\x20\x00\x00\x01")).current_l1_ma == 1730
    assert reading(read(body, title=b"LGZ\x10\x20\x00\x00\x01")).power_import_w == 6
    assert read(body, title=b"\0\1\2\3\4\5\6\7").identification is None
    assert read(body).identification is None
    named = structure(code("1-0:0.2.129"), Text(b"AIDON_V0001"), code("1-0:1.7.0"), 6)
    assert read(named, title=b"KFM\x10\x20\x00\x00\x01").identification == "AIDON_V0001"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "no data-notification"),
        (b"\x0f\0\0\0\0\0", "no data-notification"),
        (b"\xdb\0\0\0\0\0\x02\x00", "no data-notification"),
        (b"\x0f\0\0\0\0\x05\x02\x00", "no time"),
        (b"\x0f\0\0\0\0\x0c\x07\xe5", "no time"),
        (apdu(b"\x06\0\0\0\1"), "array or a structure"),
        (apdu(b"\x02\x01\x06\0\0\0"), "cut off"),
        (apdu(structure(5) + b"behind"), "6 bytes behind"),
        (apdu(b"", b"\x0c" + CLOCK), "cut off"),
        (apdu(b"\x02"), "cut off"),
    ],
)
def test_what_is_no_push_list(data: bytes, why: str) -> None:
    with pytest.raises(Malformed, match=why):
        push.read(data)


def test_an_empty_list_says_nothing() -> None:
    assert read(structure()) == Pushed(None, None, ())


@given(st.binary(max_size=60), st.binary(min_size=8, max_size=8) | st.none())
def test_any_list_is_read_or_malformed(body: bytes, title: bytes | None) -> None:
    for start in (b"", b"\x02\x02", b"\x02\x01\x02\x03\x09\x06\x01\x00\x01\x08\x00\xff"):
        try:
            pushed = read(start + body, title=title)
        except Malformed:
            continue
        for value in (getattr(reading(pushed), name) for name in Reading.__struct_fields__[1:]):
            assert value is None or -(2**63) <= value < 2**63

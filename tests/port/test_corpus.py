"""Every file of the corpus decodes as its index says: whole, byte by byte, and with trailing bytes."""

from decimal import Decimal
from typing import Any

import pytest

from corpus_index import CASES, FOLDER, Case
from hanport.port import obis
from hanport.port.decoder import Decoder, Event
from hanport.port.telegram import Telegram
from hanport.port.values import Checksum, Protocol, Reason, Rejected

GOOD = [case for case in CASES.values() if not case.undecodable]
BAD = [case for case in CASES.values() if case.undecodable]
FRAMED = [case for case in GOOD if not case.bare]


def whole(case: Case) -> list[Event]:
    return Decoder(case.keys).message(case.data)


def byte_by_byte(case: Case) -> list[Event]:
    decoder = Decoder(case.keys)
    events = [event for byte in case.data for event in decoder.feed(bytes((byte,)))]
    return events + decoder.finish()


def key(event: Event) -> tuple[object, ...]:
    if isinstance(event, Telegram):
        return event.protocol, event.identification, event.checksum, event.raw, event.registers, event.reading
    return event.reason, event.raw


def ids(case: Case) -> str:
    return case.file


@pytest.mark.parametrize("case", GOOD, ids=ids)
def test_one_telegram_and_no_rejection(case: Case) -> None:
    events = whole(case)
    assert [type(event) for event in events] == [Telegram]
    checksum = events[0].checksum if isinstance(events[0], Telegram) else None
    has_checksum = case.index["has_crc"] and not case.bare
    assert checksum is (Checksum.OK if has_checksum else Checksum.ABSENT)


@pytest.mark.parametrize("case", BAD, ids=ids)
def test_what_the_index_calls_undecodable_is_rejected(case: Case) -> None:
    events = whole(case)
    assert events
    assert all(isinstance(event, Rejected) for event in events)


@pytest.mark.parametrize("case", FRAMED, ids=ids)
def test_byte_by_byte_gives_the_same(case: Case) -> None:
    assert list(map(key, byte_by_byte(case))) == list(map(key, whole(case)))


@pytest.mark.parametrize("case", FRAMED, ids=ids)
def test_trailing_bytes_change_nothing(case: Case) -> None:
    (alone,) = whole(case)
    with_tail = Decoder(case.keys).message(case.data + b"\x00\xffnoise")
    assert key(with_tail[0]) == key(alone)
    assert [event.reason for event in with_tail[1:] if isinstance(event, Rejected)] == [Reason.NOISE]


@pytest.mark.parametrize("case", [case for case in GOOD if case.index.get("values")], ids=ids)
def test_p1_rows_as_the_index_has_them(case: Case) -> None:
    (telegram,) = whole(case)
    assert isinstance(telegram, Telegram)
    assert telegram.protocol is Protocol.P1
    assert telegram.identification == case.index["ident"][1:]
    rows = [(register.obis, list(register.raw or ())) for register in telegram.registers]
    if case.file == "p1/nl-robthree-v4-2-ok.txt":  # the index passes over its six five-group codes
        rows = [row for row in rows if row[0][2:] not in {f"0:{c}.7.0" for c in (21, 22, 41, 42, 61, 62)}]
    assert [row[0] for row in rows] == [obis.canonical(row[0]) or row[0] for row in case.index["values"]]
    for (code, contents), (_, *said) in zip(rows, case.index["values"], strict=True):
        if said and "..." in said[0]:  # the index shortens long texts
            said, contents = [said[0].split("...")[0]], [contents[0][:20]]
        assert contents[: len(said)] == said, code  # and cuts profiles after twelve values


@pytest.mark.parametrize("case", [case for case in GOOD if case.index.get("decoded")], ids=ids)
def test_dlms_rows_as_the_index_has_them(case: Case) -> None:
    (telegram,) = whole(case)
    assert isinstance(telegram, Telegram)
    (message,) = case.index["decoded"]
    by_code = {register.obis: register for register in telegram.registers}
    for row in message.get("readings", []):
        for code, value, raw, scaler, unit in flatten(row):
            register = by_code[code]
            if isinstance(value, str):
                assert register.text
                if not value[:4].isdigit() or "dow" not in value:
                    assert register.text == value
            elif scaler is not None:
                assert register.value == Decimal(raw).scaleb(scaler), code
                assert register.unit == (unit or None)
            elif value is not None:  # without a scaler the digits stand, whatever the list's maker means by them
                assert register.value is not None
                assert int("".join(map(str, register.value.normalize().as_tuple().digits))) == int(
                    str(value).rstrip("0") or "0"
                )


def flatten(row: dict[str, Any]) -> list[tuple[str, Any, Any, int | None, str | None]]:
    """Rows of the index in one form; those without a code are not compared."""
    value = row.get("value")
    if "pos" in row:
        return []
    if isinstance(value, list) and value and isinstance(value[0], str) and len(value[0]) == 12:
        code = obis.from_bytes(bytes.fromhex(value[0]))
        scaler = value[2][0] if len(value) > 2 else None
        units = {27: "W", 29: "var", 30: "Wh", 32: "varh", 33: "A", 35: "V"}
        unit = units[value[2][1]] if len(value) > 2 else None
        return [(code, value[1], value[1], scaler, unit)]
    if "obis" not in row:
        return []
    return [(obis.canonical(row["obis"]) or "", value, row.get("raw"), row.get("scaler"), row.get("unit"))]


def test_each_file_of_the_folder_is_in_the_index() -> None:
    files = {str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*.*") if path.suffix in (".txt", ".hex")}
    assert files == set(CASES)


# Readings worked out by hand from the files, one for each maker and oddity.
READINGS: dict[str, dict[str, int | None]] = {
    "p1/se-landisgyr-e360-210222-export.txt": {
        "energy_import_wh": 896_020, "power_import_w": 0, "power_export_w": 20, "power_import_l3_w": 63,
        "reactive_power_export_var": 308, "voltage_l2_mv": 232_200, "current_l3_ma": 300,
    },
    "p1/se-landisgyr-e360-220204.txt": {"power_import_w": 2301, "power_import_l3_w": 1011},
    "p1/se-kamstrup-omnia-220408-big.txt": {"energy_import_wh": 60_995_424, "power_import_l2_w": 63},
    "p1/fi-aidon-7534-250519-dst.txt": {"current_l1_ma": -600, "current_l3_ma": -1100, "power_export_w": 313},
    "p1/at-sagemcom-t210-d-r-est5.txt": {"energy_import_wh": 6_545_766, "power_import_w": 286},
    "p1/de-easymeter-q3db.txt": {"energy_import_wh": 52_185_783, "power_import_w": 2125, "voltage_l1_mv": None},
    "p1/nl-dsmr42-ndokter-kaifa.txt": {"energy_import_wh": 1_581_123 + 1_435_706, "power_import_w": 2027},
    "p1/hu-sagemcom-sag5-eon.txt": {"energy_import_wh": 173_640, "energy_export_wh": 627_177, "current_l2_ma": 4000},
    "p1/be-flu5-211024-wimdh.txt": {"current_l1_ma": 1530, "voltage_l2_mv": 0},
    "hdlc/se-aidon-amshan-se-list.hex": {
        "energy_import_wh": 10_049_926, "power_import_l2_w": 1122, "current_l2_ma": 7500, "voltage_l2_mv": 249_900,
    },
    "hdlc/se-kaifa-amshan-se-list.hex": {
        "energy_import_wh": 4_786_979, "current_l1_ma": 6781, "voltage_l3_mv": 228_900, "power_import_w": 2816,
    },
    "hdlc/se-kamstrup-amshan-se-list-real-sample.hex": {"current_l1_ma": 2370, "voltage_l3_mv": 236_000},
    "hdlc/no-kamstrup-amshan-no-list-2-single-phase-real-sample.hex": {
        "energy_import_wh": 77_452_500, "current_l1_ma": 45_120, "current_l2_ma": None, "voltage_l1_mv": 223_000,
    },
    "hdlc/no-kaifa-7e-in-info.hex": {"power_import_w": 5502},
    "hdlc/no-aidon-7d-in-info.hex": {"power_import_w": 1661, "power_export_w": None},
    "hdlc/xx-iskra550-segmented.hex": {"energy_import_wh": 261_927, "current_l1_ma": 630, "voltage_l3_mv": 237_000},
    "hdlc/dk-kamstrup-omnipower-dummykey.hex": {
        "power_import_w": 1083, "power_import_l3_w": 623, "current_l3_ma": 3330, "energy_import_wh": None,
    },
    "hdlc/ch-landisgyr-e450-gbt-enc.hex": {"energy_import_wh": 4_408_736, "power_import_w": 2893},
    "hdlc/at-salzburg-kaifa-apdu.hex": {"energy_import_wh": 1_327_456, "current_l2_ma": 1730, "voltage_l1_mv": 229_200},
    "mbus/at-netznoe-mbus-enc.hex": {"energy_import_wh": 12_937, "voltage_l1_mv": 233_700},
    "p1-enc/lu-smarty-encrypted-est5.hex": {"energy_import_wh": 6_545_766},
}  # fmt: skip


@pytest.mark.parametrize("file", READINGS)
def test_readings(file: str) -> None:
    (telegram,) = whole(CASES[file])
    assert isinstance(telegram, Telegram)
    assert {name: getattr(telegram.reading, name) for name in READINGS[file]} == READINGS[file]


# The meter's time in UTC: by the flag, by the deviation, by the status bit.
TIMES = {
    "p1/se-kamstrup-omnia-220408-big.txt": "2022-04-08T12:50:21+00:00",
    "p1/fi-aidon-7534-250519-dst.txt": "2025-05-19T17:17:20+00:00",
    "p1/nl-dsmr4-basjes-6d3c.txt": None,  # 000101010000W: the clock is not set
    "p1/nl-dsmr22-ndokter.txt": None,  # DSMR 2.2 sends no time
    "hdlc/se-aidon-amshan-se-list.hex": "2019-12-16T06:59:40+00:00",
    "hdlc/se-kaifa-amshan-se-list.hex": "2021-09-22T16:35:30+00:00",
    "hdlc/xx-iskra550-segmented.hex": "2023-04-01T19:32:35+00:00",
    "hdlc/ru-energomera-apdu.hex": "2022-11-03T12:38:25+00:00",
    "hdlc/no-aidon-amshan-no-list-1.hex": None,
}


@pytest.mark.parametrize("file", TIMES)
def test_times(file: str) -> None:
    (telegram,) = whole(CASES[file])
    assert isinstance(telegram, Telegram)
    assert (telegram.at.isoformat() if telegram.at else None) == TIMES[file]

"""Rows are read by one table of columns; what is wrong is said by column, and never with a personal number."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from grid.town import gsrn, person_number
from hanport.grid.identifiers import NumberKind
from hanport.grid.register import fields
from hanport.grid.register.records import (
    COLUMNS,
    ContractRecord,
    CustomerKind,
    CustomerRecord,
    FacilityRecord,
    MeterRecord,
    RecordError,
    RecordKind,
    read,
)

TODAY = date(2026, 11, 25)
NUMBER = person_number(77).digits
TEN = NUMBER[2:]


def example(kind: RecordKind) -> dict[str, str]:
    """A row with every column."""
    people = {"number", "agent"}
    return {column.name: NUMBER if column.name in people else column.example for column in COLUMNS[kind]}


@pytest.mark.parametrize("kind", RecordKind)
def test_every_kind_reads_its_own_examples_and_needs_its_required_columns(kind: RecordKind) -> None:
    row = example(kind)
    record: Any = read(kind, row, TODAY)
    assert record.__struct_config__.tag == kind.value
    assert {name for name in record.__struct_fields__ if getattr(record, name) is UNSET} == set()
    required = {column.name: row[column.name] for column in COLUMNS[kind] if column.is_required}
    least: Any = read(kind, required, TODAY)
    for column in COLUMNS[kind]:
        field = column.into or column.name
        if column.is_required:
            assert getattr(least, field) == getattr(record, field)
            for wrong in ({}, {column.name: "  "}):
                cells = {name: cell for name, cell in row.items() if name != column.name} | wrong
                assert refusal(kind, cells).field == column.name
        else:
            assert getattr(least, field) in (UNSET, "", None)
            blank: Any = read(kind, row | {column.name: ""} | without_period(kind, column.name), TODAY)
            assert getattr(blank, field) == column.blank


def without_period(kind: RecordKind, name: str) -> dict[str, str]:
    """A meter's facility and period go together."""
    together = kind is RecordKind.METER and name in ("facility", "from")
    return {"facility": "", "from": "", "to": ""} if together else {}


def refusal(kind: RecordKind, cells: dict[str, str]) -> RecordError:
    with pytest.raises(RecordError) as caught:
        read(kind, cells, TODAY)
    assert caught.value.problem and caught.value.remedy
    return caught.value


def test_days_are_swedish_and_instants_have_an_offset() -> None:
    row = example(RecordKind.CONTRACT)
    assert contract(row | {"from": "2026-07-01"}).begins_at == datetime(2026, 6, 30, 22, tzinfo=UTC)
    assert contract(row | {"from": "2026-01-01"}).begins_at == datetime(2025, 12, 31, 23, tzinfo=UTC)
    begins = contract(row | {"from": "2026-03-01T12:00:00+02:00"}).begins_at
    assert (begins, begins.tzinfo) == (datetime(2026, 3, 1, 10, tzinfo=UTC), UTC)
    for wrong in (
        "2026-02-30",
        "2026-3-1",
        "20260301",
        "0001-01-01T00:00:00+14:00",
        "2026-03-01T12:00:00",
        "soon",
        "٢٠٢٦-٠١-٠١",
    ):
        assert refusal(RecordKind.CONTRACT, row | {"from": wrong}).field == "from"


def contract(row: dict[str, str]) -> ContractRecord:
    record = read(RecordKind.CONTRACT, row, TODAY)
    assert isinstance(record, ContractRecord)
    return record


def test_what_ends_does_not_end_before_it_begins() -> None:
    for kind in (RecordKind.CONTRACT, RecordKind.METER, RecordKind.EXEMPTION, RecordKind.POWER):
        row = example(kind) | {"from": "2026-05-02", "to": "2026-05-01"}
        assert refusal(kind, row).field == "to"
        read(kind, row | {"to": "2026-05-02"}, TODAY)  # it never was


def test_a_meters_facility_and_period_go_together() -> None:
    row = {"serial": "M1", "facility": gsrn(1), "from": "2026-05-01"}
    record = read(RecordKind.METER, row, TODAY)
    assert isinstance(record, MeterRecord) and record.facility == gsrn(1)
    assert refusal(RecordKind.METER, row | {"from": ""}).field == "from"
    assert refusal(RecordKind.METER, {"serial": "M1", "facility": gsrn(1)}).field == "from"
    assert refusal(RecordKind.METER, {"serial": "M1", "from": "2026-05-01"}).field == "facility"
    assert refusal(RecordKind.METER, {"serial": "M1", "facility": "", "to": "2026-05-01"}).field == "facility"


def test_joint_holders_stand_in_one_cell() -> None:
    row = example(RecordKind.CONTRACT)
    assert contract(row | {"joint": " K2  K3 K2 "}).joint == ("K2", "K3")
    assert contract(row | {"joint": ""}).joint == ()
    assert refusal(RecordKind.CONTRACT, row | {"joint": f"K2 {NUMBER}"}).field == "joint"


def test_a_private_customer_has_no_organisation_number() -> None:
    row = {"key": "K1", "number": "556630-4928"}
    record = read(RecordKind.CUSTOMER, row, TODAY)
    assert isinstance(record, CustomerRecord)
    assert (record.kind, record.number.kind) == (UNSET, NumberKind.ORGANISATION)
    assert refusal(RecordKind.CUSTOMER, row | {"kind": "private"}).field == "kind"
    assert refusal(RecordKind.CUSTOMER, row | {"kind": "rich"}).field == "kind"
    sole_trader = read(RecordKind.CUSTOMER, {"key": "K1", "number": NUMBER, "kind": "Legal"}, TODAY)
    assert isinstance(sole_trader, CustomerRecord) and sole_trader.kind is CustomerKind.LEGAL


@pytest.mark.parametrize(
    "form",
    [NUMBER, f"{NUMBER[:8]}-{NUMBER[8:]}", f"{TEN[:6]}-{TEN[6:]}", f"{TEN[:6]}+{TEN[6:]}", f"x{NUMBER}", f"({NUMBER})"],
)
def test_a_personal_number_stands_in_no_other_cell(form: str) -> None:
    for kind in RecordKind:
        for column in COLUMNS[kind]:
            if column.read in (fields.read_key, fields.read_text, fields.read_keys):
                error = refusal(kind, example(kind) | {column.name: form})
                assert error.field == column.name
                assert TEN[:6] not in str(error) and NUMBER not in repr(error)


def test_a_customers_own_number_stands_in_no_form_elsewhere() -> None:
    row = {"key": "K1", "number": NUMBER}
    for name, cell in {
        "key": TEN,
        "name": f"Anna {TEN[:6]} {TEN[6:]}",
        "email": f"{TEN}@example.com",
        "phone": TEN,
    }.items():
        error = refusal(RecordKind.CUSTOMER, row | {name: cell})
        assert error.field == name and TEN not in str(error)
    read(RecordKind.CUSTOMER, row | {"phone": "070-174 06 05", "address": "Storgatan 1, 782 31 Malung"}, TODAY)


def test_organisation_numbers_and_long_digits_are_no_personal_numbers() -> None:
    for text in ("556630-4928", "735999123456789018", "Box 19121212, 1212 AB", "201305-1234 och 202613-1234"):
        assert not fields.names_a_person(text, TODAY)


def test_an_unknown_column_is_named_with_the_nearest_known_one() -> None:
    row = {"gsrn": gsrn(1), "adress": "Storgatan 1"}
    error = refusal(RecordKind.FACILITY, row)
    assert (error.field, error.remedy) == ("adress", "Did you mean address?")
    assert "gsrn, address, grid_area" in refusal(RecordKind.FACILITY, {"gsrn": gsrn(1), "zzz": ""}).remedy
    assert refusal(RecordKind.FACILITY, {"gsrn": gsrn(1), NUMBER: ""}).field == ""


def test_texts_are_one_bounded_line() -> None:
    row = {"gsrn": gsrn(1)}
    for wrong in ("a" * 201, "a\nb", "a\x00b", "a\u2028b"):
        assert refusal(RecordKind.FACILITY, row | {"address": wrong}).field == "address"
    record = read(RecordKind.FACILITY, row | {"address": f"  {'å' * 200} "}, TODAY)
    assert isinstance(record, FacilityRecord) and record.address == "å" * 200
    for wrong in ("a b", "a" * 65, "a\tb"):
        assert refusal(RecordKind.METER, {"serial": wrong}).field == "serial"


def test_the_words_for_yes_and_no() -> None:
    for text, means in {
        "yes": True,
        "JA": True,
        "true": True,
        "1": True,
        "no": False,
        "Nej": False,
        "0": False,
    }.items():
        assert fields.read_yes(text, TODAY) is means
    assert refusal(RecordKind.MODEL, example(RecordKind.MODEL) | {"opens": "maybe"}).field == "opens"
    assert refusal(RecordKind.ADAPTER, example(RecordKind.ADAPTER) | {"fitted": "2026-13-01"}).field == "fitted"
    assert refusal(RecordKind.ADAPTER, example(RecordKind.ADAPTER) | {"fitted": "1 May"}).field == "fitted"


_cells = st.one_of(st.text(max_size=30), st.sampled_from([NUMBER, TEN, "2026-01-01", gsrn(3), "K1", "yes"]))


@given(kind=st.sampled_from(RecordKind), data=st.data())
def test_any_row_is_read_or_refused_without_its_contents(kind: RecordKind, data: st.DataObject) -> None:
    names = [column.name for column in COLUMNS[kind]]
    cells = data.draw(st.dictionaries(st.sampled_from([*names, "other", NUMBER]), _cells))
    try:
        read(kind, example(kind) | cells, TODAY)
    except RecordError as error:
        assert error.field in (*names, "other", "")
        assert NUMBER not in str(error) and TEN not in str(error)

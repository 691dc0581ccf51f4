"""The values: what stands in the contract of the command line, and that None is not 0."""

from datetime import UTC, datetime
from decimal import Decimal

import msgspec
import pytest

from hanport.port.values import Checksum, Protocol, Reading, Reason, Register, Rejected


def test_the_words_that_others_rely_on() -> None:
    """`hanport decode` prints them (DESIGN.md, section 7)."""
    assert [str(protocol) for protocol in Protocol] == ["p1", "hdlc", "mbus", "apdu"]
    assert [str(checksum) for checksum in Checksum] == ["ok", "absent"]
    assert [str(reason) for reason in Reason] == ["noise", "framing", "truncated", "crc", "cipher", "structure"]


def test_a_reading_that_says_nothing_is_none_throughout() -> None:
    assert set(msgspec.structs.astuple(Reading())) == {None}
    assert Reading(power_import_w=0) != Reading()
    assert msgspec.json.encode(Reading(power_import_w=0)) == b'{"power_import_w":0}'


def test_every_field_has_its_unit_in_its_name() -> None:
    names = [field.name for field in msgspec.structs.fields(Reading)]
    assert names[0] == "at"
    assert len(names) == 27
    assert {name.rpartition("_")[2] for name in names[1:]} == {"wh", "varh", "w", "var", "mv", "ma"}


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (Reading(at=datetime(2026, 1, 1, tzinfo=UTC)), "at"),
        (Register("1-0:1.8.0", ("1*kWh",), Decimal(1), "kWh"), "value"),
        (Rejected(Reason.NOISE, b"x"), "raw"),
    ],
)
def test_values_do_not_change(value: object, name: str) -> None:
    with pytest.raises(AttributeError):
        setattr(value, name, None)
    assert hash(value) == hash(value)


def test_what_is_not_said_of_a_register_or_a_rejection() -> None:
    register = Register("1-0:1.8.0", None)
    assert (register.value, register.unit, register.text) == (None, None, None)
    assert Rejected(Reason.NOISE, b"x").hint == ""

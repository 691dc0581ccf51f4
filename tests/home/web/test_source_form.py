"""The source as a form has it, and somebody who wants its secrets."""

from dataclasses import astuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanport.home.config import SourceTable
from hanport.home.web.source_form import SourceFields, WrongSource, fields_of, source_of
from hanport.locale import has_text

KEY = "00112233445566778899aabbccddeeff"
NONE = SourceTable()


@pytest.mark.parametrize(
    ("form", "address"),
    [
        ({"choice": "serial:/dev/ttyUSB0"}, "serial:/dev/ttyUSB0"),
        ({"choice": "tcp", "host": " 192.168.1.20 ", "port": "2001"}, "tcp://192.168.1.20:2001"),
        ({"choice": "tcp", "host": "fe80::1", "port": "2001"}, "tcp://[fe80::1]:2001"),
        ({"choice": "tcp", "host": "[::1]", "port": "2001"}, "tcp://[::1]:2001"),
        ({"choice": "mqtt", "host": "broker", "topic": "han/#"}, "mqtt://broker:1883/han/#"),
        (
            {"choice": "mqtt", "host": "broker", "port": "1884", "topic": "100%/el", "user": "å", "password": "a/b@c"},
            "mqtt://%C3%A5:a%2Fb%40c@broker:1884/100%25/el",
        ),
        ({"choice": "address", "address": "serial:/dev/x?baud=2400"}, "serial:/dev/x?baud=2400"),
        ({"choice": "address", "address": "file:/tmp/x.bin"}, "file:/tmp/x.bin"),
    ],
)
def test_a_form_is_an_address(form: dict[str, str], address: str) -> None:
    assert source_of(form, NONE) == SourceTable(address=address)


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({}, "choice"),
        ({"choice": "serial:"}, "choice"),
        ({"choice": "-"}, "choice"),
        ({"choice": "tcp"}, "port"),
        ({"choice": "tcp", "host": "a", "port": "x"}, "port"),
        ({"choice": "tcp", "host": "a", "port": "0"}, "port"),
        ({"choice": "tcp", "host": "", "port": "1"}, "host"),
        ({"choice": "tcp", "host": "a b", "port": "1"}, "host"),
        ({"choice": "tcp", "host": "http://a", "port": "1"}, "host"),
        ({"choice": "tcp", "host": "[a]", "port": "1"}, "host"),
        ({"choice": "mqtt", "host": "eva@a", "topic": "x"}, "host"),
        ({"choice": "mqtt", "host": "a", "topic": ""}, "topic"),
        ({"choice": "mqtt", "host": "a", "topic": "a/+b"}, "topic"),
        ({"choice": "address", "address": "/dev/ttyUSB0"}, "address"),
        ({"choice": "address", "address": "-"}, "address"),
        ({"choice": "tcp", "host": "a", "port": "1", "key": "xyz"}, "key"),
        ({"choice": "tcp", "host": "a", "port": "1", "key": KEY, "authentication_key": "00"}, "authentication_key"),
    ],
)
def test_what_is_no_source_is_refused_at_its_field(form: dict[str, str], field: str) -> None:
    with pytest.raises(WrongSource) as refused:
        source_of(form, NONE)
    assert refused.value.field == field
    assert refused.value.remedy
    assert has_text("web", f"source.wrong.{field}")


@pytest.mark.parametrize(
    "address",
    [
        "",
        "tcp://192.168.1.20:2001",
        "tcp://[fe80::1]:2001",
        "mqtt://broker:1883/han/telegram",
        "mqtt://eva:secret@broker:1884/han/+/x",
        "serial:/dev/ttyUSB0",
        "serial:/dev/ttyUSB0?baud=2400&bytes=8E1",
        "file:/tmp/x",
    ],
)
def test_a_form_that_is_sent_as_it_was_shown_changes_nothing(address: str) -> None:
    before = SourceTable(address=address, key=KEY, authentication_key=KEY)
    fields = fields_of(before)
    shown = {name: str(getattr(fields, name)) for name in ("choice", "host", "port", "topic", "user", "address")}
    if address:
        assert source_of(shown, before) == before
    assert KEY not in str(astuple(fields))
    assert "secret" not in str(astuple(fields))


def test_what_cannot_be_read_is_shown_as_it_is_written() -> None:
    assert fields_of(SourceTable(address="nonsense")) == SourceFields("address", address="nonsense")


BROKER = SourceTable(address="mqtt://eva:secret@broker:1884/han/#")
SAME = {"choice": "mqtt", "host": "broker", "port": "1884", "topic": "han/#", "user": "eva"}


def test_a_password_stays_while_broker_and_user_do() -> None:
    assert source_of(SAME | {"topic": "other"}, BROKER).address == "mqtt://eva:secret@broker:1884/other"
    assert source_of(SAME | {"password": "new"}, BROKER).address == "mqtt://eva:new@broker:1884/han/#"


@pytest.mark.parametrize("change", [{"host": "evil.example"}, {"port": "1885"}, {"user": "adam"}])
def test_a_password_is_not_sent_to_another_broker(change: dict[str, str]) -> None:
    assert "secret" not in source_of(SAME | change, BROKER).address
    assert "secret" not in source_of(SAME | change, SourceTable(address="nonsense")).address


def test_keys_stay_until_they_are_changed_or_forgotten() -> None:
    before = SourceTable(address="tcp://a:1", key=KEY, authentication_key=KEY)
    form = {"choice": "tcp", "host": "a", "port": "1"}
    assert source_of(form, before) == before
    assert source_of(form | {"key": " AA" * 16}, before).key == "AA" * 16
    assert source_of(form | {"forget_authentication_key": "on"}, before).authentication_key == ""
    forgotten = source_of(form | {"forget_key": "on"}, before)
    assert (forgotten.key, forgotten.authentication_key) == ("", "")


@given(
    st.dictionaries(
        st.sampled_from(["choice", "host", "port", "topic", "user", "password", "address", "key"]), st.text()
    )
)
def test_any_form_is_a_source_or_refused(form: dict[str, str]) -> None:
    for choice in ("tcp", "mqtt", "address", form.get("choice", "")):
        try:
            source = source_of(form | {"choice": choice}, NONE)
        except WrongSource:
            continue
        fields_of(source)

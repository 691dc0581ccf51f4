"""The log: lines of JSON, and nothing in them that a meter or a person said."""

import io
import json
import logging
from collections.abc import Iterator

import httpx
import pytest

from hanport.logs import set_up


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    stream = io.StringIO()
    set_up("info", stream)
    yield stream
    root.handlers[:] = before
    root.setLevel(level)


def test_a_line_is_one_object_with_what_was_given(log: io.StringIO) -> None:
    logging.getLogger("hanport.home").warning("part failed", extra={"part": "mqtt", "retry_in_s": 2.0})
    logging.getLogger("hanport.home").debug("not from this level")
    (line,) = log.getvalue().splitlines()
    said = json.loads(line)
    assert said["level"] == "warning"
    assert (said["message"], said["part"], said["retry_in_s"]) == ("part failed", "mqtt", 2.0)
    assert said["at"].endswith("+00:00")


def test_an_exceptions_words_are_left_out_its_place_is_not(log: io.StringIO) -> None:
    try:
        raise ValueError("191212121212 lives at Torp 1")
    except ValueError:
        logging.getLogger("hanport.home").exception("unforeseen")
    said = json.loads(log.getvalue())
    assert said["exception"] == "ValueError"
    assert "test_logs.py" in said["where"][-1]
    assert "19121212" not in log.getvalue()


def test_the_address_of_a_webhook_is_a_secret(log: io.StringIO) -> None:
    with httpx.Client(transport=httpx.MockTransport(lambda request: httpx.Response(204))) as client:
        client.post("https://hooks.example/services/T0/secret")
    assert log.getvalue() == ""

"""Source addresses: what a user may write, what comes of it, and what is said of the rest."""

import dataclasses
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanport.errors import ConfigError
from hanport.sources.address import (
    Address,
    DataRequest,
    FileAddress,
    MqttAddress,
    SerialAddress,
    StdinAddress,
    TcpAddress,
    parse_address,
    parse_listen,
)

GOOD: list[tuple[str, Address]] = [
    ("-", StdinAddress()),
    ("serial:/dev/ttyUSB0", SerialAddress("/dev/ttyUSB0", 115200, "8N1", DataRequest.BOTH)),
    ("serial:///dev/ttyUSB0", SerialAddress("/dev/ttyUSB0")),
    ("serial:COM3", SerialAddress("COM3")),
    ("serial:/dev/ttyUSB0?baud=115200&bytes=8N1", SerialAddress("/dev/ttyUSB0")),
    ("serial:/dev/ttyS1?bytes=7e1&baud=9600&request=RTS", SerialAddress("/dev/ttyS1", 9600, "7E1", DataRequest.RTS)),
    ("serial:/dev/a%3Fb", SerialAddress("/dev/a?b")),
    ("tcp://192.168.1.20:2001", TcpAddress("192.168.1.20", 2001)),
    ("TCP://mätare.local:1/", TcpAddress("mätare.local", 1)),
    ("tcp://[::1]:65535", TcpAddress("::1", 65535)),
    ("tcp://[fe80::1%eth0]:23", TcpAddress("fe80::1%eth0", 23)),
    ("mqtt://broker/han", MqttAddress("broker", 1883, "han")),
    ("mqtt://broker:8883/han/+/raw/#", MqttAddress("broker", 8883, "han/+/raw/#")),
    ("mqtt://[::1]/a%20b/%23", MqttAddress("::1", 1883, "a b/#")),
    ("mqtt://ann@broker/t", MqttAddress("broker", 1883, "t", "ann")),
    ("mqtt://ann:s%40%2Fe%3A@broker:1/t@u", MqttAddress("broker", 1, "t@u", "ann", "s@/e:")),
    ("mqtt://ann:@broker/t", MqttAddress("broker", 1883, "t", "ann", "")),
    ("file:a b%20?.bin", FileAddress("a b%20?.bin")),
    ("file:/var/x", FileAddress("/var/x")),
    ("file:///var/x", FileAddress("/var/x")),
]


@pytest.mark.parametrize(("text", "address"), GOOD)
def test_what_may_be_written(text: str, address: Address) -> None:
    assert parse_address(text) == address


@pytest.mark.parametrize(
    ("text", "said"),
    [
        # no scheme, or a wrong one: what was meant
        ("/dev/ttyUSB0", "serial:/dev/ttyUSB0"),
        ("com3", "serial:com3"),
        ("/", "file:/"),
        ("meter.local:2001", "tcp://meter.local:2001"),
        ("serail:/dev/ttyUSB0", "Did you mean serial?"),
        ("tpc://h:1", "Did you mean tcp?"),
        ("mqqt://h/t", "Did you mean mqtt?"),
        ("mqtts://h/t", "TLS"),
        ("", "serial:/dev/ttyUSB0"),
        ("nothing like it", "standard input"),
        # serial
        ("serial:", "names no device"),
        ("serial:?baud=9600", "names no device"),
        ("serial:/dev/x?boud=1", "Did you mean baud?"),
        ("serial:/dev/x?baud=fast", "baud=fast"),
        ("serial:/dev/x?baud=0", "50 to 4000000"),
        ("serial:/dev/x?baud=99999999999999999999", "50 to 4000000"),
        ("serial:/dev/x?baud=²", "50 to 4000000"),
        ("serial:/dev/x?bytes=9N1", "7E1"),
        ("serial:/dev/x?request=maybe", "rts"),
        ("serial:/dev/%ff", "%25"),
        # hosts and ports
        ("tcp:h:1", "tcp://"),
        ("tcp://h", "no port"),
        ("tcp://h:", "no port"),
        ("tcp://h:0", "1 to 65535"),
        ("tcp://h:65536", "1 to 65535"),
        ("tcp://h:٣", "1 to 65535"),
        ("tcp://:1", "no host"),
        ("tcp://h:1/path", "no port"),
        ("tcp://h h:1", "no host"),
        ("tcp://::1:2001", "brackets"),
        ("tcp://a:b:c", "HOST:PORT"),
        ("tcp://[nonsense]:1", "IPv6"),
        ("tcp://[::1]", "no port"),
        # topics
        ("mqtt:h/t", "broker and topic"),
        ("mqtt://h", "broker and topic"),
        ("mqtt://h/", "broker and topic"),
        ("mqtt://h/a/#/b", "wildcard"),
        ("mqtt://h/a#", "wildcard"),
        ("mqtt://h/a+/b", "wildcard"),
        ("mqtt://h/a%00b", "MQTT"),
        ("mqtt://h/" + "x" * 70000, "Shorten"),
        # files
        ("file:", "names no file"),
        ("file://host/x", "names no file"),
    ],
)
def test_what_may_not_be_written_is_explained(text: str, said: str) -> None:
    with pytest.raises(ConfigError) as wrong:
        parse_address(text)
    assert said in str(wrong.value)
    assert wrong.value.remedy


def test_an_existing_file_is_recognised(tmp_path: Path) -> None:
    path = tmp_path / "telegram.txt"
    path.touch()
    with pytest.raises(ConfigError) as wrong:
        parse_address(str(path))
    assert f"file:{path}" in wrong.value.remedy


@pytest.mark.parametrize(
    "text",
    [
        "mqtt://ann:hunter2@broker:99999/t",
        "mqtt://ann:hunter2@/t",
        "mqtt://ann:hunter2@broker",
        "mqtt://ann:hunter2@broker/a#b",
        "mqtt://ann:hunter2@a:b:c/t",
        "mqtts://ann:hunter2@broker/t",
        "mqqt://ann:hunter2@broker/t",
        "mqtt://ann:hunter2@broker/%ff",
        "tcp://ann:hunter2@broker:1",
    ],
)
def test_no_error_shows_a_password(text: str) -> None:
    with pytest.raises(ConfigError) as wrong:
        parse_address(text)
    assert "hunter2" not in str(wrong.value)


def test_no_log_shows_a_password() -> None:
    address = parse_address("mqtt://ann:hunter2@broker/t")
    assert str(address) == "mqtt://ann:***@broker:1883/t"
    assert "hunter2" not in repr(address)
    assert "hunter2" not in f"{[address]}"
    assert isinstance(address, MqttAddress)
    assert address.with_password() == "mqtt://ann:hunter2@broker:1883/t"


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=20)
HOSTS = st.one_of(st.from_regex(r"[a-z0-9åäö][a-z0-9.-]{0,20}", fullmatch=True), st.ip_addresses().map(str))
PORTS = st.integers(1, 65535)
LEVELS = st.one_of(TEXT.map(lambda level: level.replace("+", "x").replace("#", "y")), st.just("+"))
TOPICS = st.lists(LEVELS, min_size=1, max_size=4).map("/".join) | st.just("han/#") | st.just("#")
ADDRESSES = st.one_of(
    st.just(StdinAddress()),
    st.builds(
        SerialAddress,
        TEXT.filter(lambda path: not path.startswith("//")),
        st.integers(50, 4_000_000),
        st.from_regex(r"[5-8][NEO][12]", fullmatch=True),
        st.sampled_from(DataRequest),
    ),
    st.builds(TcpAddress, HOSTS, PORTS),
    st.builds(MqttAddress, HOSTS, PORTS, TOPICS, st.none() | TEXT),
    st.builds(MqttAddress, HOSTS, PORTS, TOPICS, TEXT, st.none() | TEXT),
    st.builds(FileAddress, TEXT.filter(lambda path: not path.startswith("//"))),
)


@given(ADDRESSES)
def test_what_is_written_can_be_read(address: Address) -> None:
    written = address.with_password() if isinstance(address, MqttAddress) else str(address)
    assert parse_address(written) == address
    if isinstance(address, MqttAddress):
        hidden = parse_address(str(address))
        assert hidden == (address if address.password is None else dataclasses.replace(address, password="***"))


@given(st.text() | TEXT.map("mqtt://".__add__) | TEXT.map("tcp://".__add__) | TEXT.map("serial:".__add__))
def test_any_text_is_an_address_or_explained(text: str) -> None:
    try:
        parse_address(text)
    except ConfigError as wrong:
        assert wrong.remedy


def test_a_listen_address_may_leave_the_port_to_the_system() -> None:
    assert parse_listen("tcp://127.0.0.1:0") == TcpAddress("127.0.0.1", 0)
    for text in ("127.0.0.1:1", "mqtt://h/t", "tcp://127.0.0.1"):
        with pytest.raises(ConfigError):
            parse_listen(text)

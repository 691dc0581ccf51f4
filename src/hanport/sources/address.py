"""Where bytes come from, as a user writes it: `serial:…`, `tcp://…`, `mqtt://…`, `file:…` or `-`."""

import difflib
import ipaddress
import os
import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote, unquote_to_bytes

from hanport.errors import ConfigError

EXAMPLES = {
    "serial": "serial:/dev/ttyUSB0?baud=115200&bytes=8N1",
    "tcp": "tcp://192.168.1.20:2001",
    "mqtt": "mqtt://192.168.1.20:1883/han/telegram",
    "file": "file:recording.bin",
}
MQTT_PORT = 1883  # registered with IANA as secure-mqtt's plain sibling


class DataRequest(StrEnum):
    """Which modem lines a serial port raises (the plug's Data Request hangs on one of them); the others are low."""

    RTS = "rts"
    DTR = "dtr"
    BOTH = "both"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class SerialAddress:
    """A serial device. `byte_format` is data bits, parity and stop bits, as 8N1 or 7E1."""

    device: str
    baud: int = 115200
    byte_format: str = "8N1"
    request: DataRequest = DataRequest.BOTH

    def __str__(self) -> str:
        options = []
        if self.baud != 115200:
            options.append(f"baud={self.baud}")
        if self.byte_format != "8N1":
            options.append(f"bytes={self.byte_format}")
        if self.request is not DataRequest.BOTH:
            options.append(f"request={self.request}")
        return f"serial:{quote(self.device, safe='/:+,@ ')}" + ("?" + "&".join(options) if options else "")


@dataclass(frozen=True, slots=True)
class TcpAddress:
    """A server that sends the meter's bytes: ser2net, esp-link, `hanport meter`."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"tcp://{_bracketed(self.host)}:{self.port}"


@dataclass(frozen=True, slots=True, repr=False)
class MqttAddress:
    """A topic, or a filter with the wildcards + and #, on an MQTT broker. `str` and `repr` hide the password."""

    host: str
    port: int
    topic: str
    user: str | None = None
    password: str | None = None

    def __str__(self) -> str:
        return self._spelled(None if self.password is None else "***")

    def __repr__(self) -> str:
        return f"MqttAddress({str(self)!r})"

    def with_password(self) -> str:
        """The whole address, secret included: what `parse_address` takes. Not for logs."""
        return self._spelled(None if self.password is None else quote(self.password, safe=""))

    def _spelled(self, password: str | None) -> str:
        user = "" if self.user is None else quote(self.user, safe="")
        login = "" if self.user is None else f"{user}@" if password is None else f"{user}:{password}@"
        return f"mqtt://{login}{_bracketed(self.host)}:{self.port}/{quote(self.topic, safe='/+#$ ')}"


@dataclass(frozen=True, slots=True)
class FileAddress:
    """A file that is read once, from its beginning to its end."""

    path: str

    def __str__(self) -> str:
        return f"file:{self.path}"


@dataclass(frozen=True, slots=True)
class StdinAddress:
    """Standard input, to its end."""

    def __str__(self) -> str:
        return "-"


Address = SerialAddress | TcpAddress | MqttAddress | FileAddress | StdinAddress


def parse_address(text: str) -> Address:
    """The address that a user wrote. Raises ConfigError, which names the place and the remedy and hides passwords."""
    if text == "-":
        return StdinAddress()
    scheme, colon, rest = text.partition(":")
    match scheme.lower() if colon else "":
        case "serial":
            return _serial(text, rest)
        case "tcp":
            return _tcp(text, rest)
        case "mqtt":
            return _mqtt(text, rest)
        case "file":
            return _file(text, rest)
    raise ConfigError(f"{_shown(text)!r} is no source.", _how_to_write(text))


def parse_listen(text: str) -> TcpAddress:
    """The address that a server of ours listens on: `tcp://HOST:PORT`, port 0 for any free one. Raises ConfigError."""
    scheme, _, rest = text.partition("://")
    if scheme.lower() != "tcp":
        raise ConfigError(f"{_shown(text)!r} cannot be listened on.", "Write tcp://127.0.0.1:2001, for example.")
    host, port = _host_and_port(text, rest.removesuffix("/"), lowest_port=0)
    return TcpAddress(host, port)


def _serial(text: str, rest: str) -> SerialAddress:
    device, _, options = rest.partition("?")
    found = {"baud": "115200", "bytes": "8N1", "request": "both"}
    for option in filter(None, options.split("&")):
        name, _, value = option.partition("=")
        if name not in found:
            raise ConfigError(
                f"Unknown option {name!r} in {text!r}.", f"{_nearest(name, found)} Known: baud, bytes, request."
            )
        found[name] = value
    if not found["baud"].isascii() or not found["baud"].isdigit() or not 50 <= int(found["baud"][:9]) <= 4_000_000:
        raise ConfigError(
            f"baud={found['baud']} in {text!r} is no speed.", "Write a number from 50 to 4000000, as baud=115200."
        )
    byte_format = found["bytes"].upper()
    if not re.fullmatch(r"[5-8][NEOMS][12]", byte_format):
        raise ConfigError(
            f"bytes={found['bytes']} in {text!r} is no byte format.",
            "Write data bits, parity and stop bits, as bytes=8N1 or bytes=7E1.",
        )
    if found["request"].lower() not in list(DataRequest):
        raise ConfigError(
            f"request={found['request']} in {text!r} is unknown.", "Write request=rts, dtr, both or none."
        )
    path = re.sub(r"^//+", "/", _decoded(text, device))
    if not path or "\0" in path:
        raise ConfigError(f"{text!r} names no device.", f"Write it as {EXAMPLES['serial']}.")
    return SerialAddress(path, int(found["baud"]), byte_format, DataRequest(found["request"].lower()))


def _tcp(text: str, rest: str) -> TcpAddress:
    if not rest.startswith("//"):
        raise ConfigError(f"{_shown(text)!r} is not complete.", f"Write it as {EXAMPLES['tcp']}.")
    host, port = _host_and_port(text, rest[2:].removesuffix("/"))
    return TcpAddress(host, port)


def _mqtt(text: str, rest: str) -> MqttAddress:
    authority, _, topic = rest[2:].partition("/")
    if not rest.startswith("//") or not topic:
        raise ConfigError(f"{_shown(text)!r} names no broker and topic.", f"Write it as {EXAMPLES['mqtt']}.")
    login, at, place = authority.rpartition("@")
    host, port = _host_and_port(text, place, default_port=MQTT_PORT)
    name, colon, secret = login.partition(":")
    user = _decoded(text, name) if at else None
    password = _decoded(text, secret) if colon else None
    return MqttAddress(host, port, _topic_filter(text, _decoded(text, topic)), user, password)


def _topic_filter(text: str, topic: str) -> str:
    """MQTT 3.1.1, 4.7.1: + and # fill a whole level, # only the last one."""
    levels = topic.split("/")
    wrong = any("+" in level and level != "+" for level in levels) or any("#" in level for level in levels[:-1])
    if wrong or ("#" in levels[-1] and levels[-1] != "#"):
        raise ConfigError(
            f"The topic of {_shown(text)!r} has a wildcard in a wrong place.",
            "+ stands for one whole level and # for all the last ones, as in han/+/telegram or han/#.",
        )
    if "\0" in topic or len(topic.encode()) > 65535:
        raise ConfigError(f"The topic of {_shown(text)[:200]!r} cannot be sent by MQTT.", "Shorten it.")
    return topic


def _file(text: str, rest: str) -> FileAddress:
    path = rest.removeprefix("//") if rest.startswith("///") else rest
    if not path or path.startswith("//") or "\0" in path:
        raise ConfigError(f"{text!r} names no file.", f"Write it as {EXAMPLES['file']} or file:/absolute/path.")
    return FileAddress(path)


def _host_and_port(text: str, place: str, *, default_port: int | None = None, lowest_port: int = 1) -> tuple[str, int]:
    bracketed = re.fullmatch(r"\[([^\]]*)\](?::(.*))?", place)
    if bracketed:
        host, port_text = bracketed[1], bracketed[2]
        if not _is_ipv6(host):
            raise ConfigError(
                f"[{host}] in {_shown(text)!r} is no IPv6 address.", "Brackets are for IPv6 alone, as [::1]."
            )
    elif place.count(":") > 1:
        remedy = f"An IPv6 address is written in brackets, as [{place}]." if _is_ipv6(place) else "Write HOST:PORT."
        raise ConfigError(f"The host in {_shown(text)!r} is not clear.", remedy)
    else:
        host, colon, after = place.partition(":")
        port_text = after if colon else None
    if not re.fullmatch(r"[^\s/?#@\[\]\\\0]{1,253}", host):
        raise ConfigError(f"{_shown(text)!r} names no host.", "Write HOST:PORT after the //.")
    if port_text is None:
        if default_port is None:
            raise ConfigError(f"{_shown(text)!r} names no port.", f"Write it as {EXAMPLES['tcp']}.")
        return host, default_port
    if not re.fullmatch(r"[0-9]{1,5}", port_text) or not lowest_port <= int(port_text) <= 65535:
        raise ConfigError(
            f"{port_text!r} in {_shown(text)!r} is no port.", f"A port is a number from {lowest_port} to 65535."
        )
    return host, int(port_text)


def _is_ipv6(host: str) -> bool:
    try:
        ipaddress.IPv6Address(host)
    except ValueError:
        return False
    return True


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _decoded(text: str, part: str) -> str:
    try:
        return unquote_to_bytes(part).decode()
    except UnicodeDecodeError:
        raise ConfigError(f"The %-signs in {_shown(text)!r} are no UTF-8.", "Write % itself as %25.") from None


def _how_to_write(text: str) -> str:
    """The remedy for a text without a known scheme: what the user most likely meant."""
    scheme = text.partition(":")[0].lower()
    if text.startswith("/dev/") or re.fullmatch(r"(?i)com\d+", text):
        return f"A serial device is written serial:{text}."
    if text and os.path.exists(text):
        return f"A file is written file:{text}."
    if scheme == "mqtts":
        return "MQTT over TLS is not supported; a broker on the own network is written mqtt://HOST:PORT/TOPIC."
    near = difflib.get_close_matches(scheme, EXAMPLES, n=1, cutoff=0.6)
    if near and ":" in text:
        return f"Did you mean {near[0]}? It is written {EXAMPLES[near[0]]}."
    if re.fullmatch(r"[\w.-]+:\d+", text):
        return f"A TCP server is written tcp://{text}."
    return "A source is " + ", ".join(EXAMPLES.values()) + " or - for standard input."


def _nearest(name: str, known: dict[str, str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f"Did you mean {near[0]}?" if near else ""


def _shown(text: str) -> str:
    """A text of the user without the password that it may hold."""
    return re.sub(r"(//[^:/@]*:).*@", r"\1***@", text, flags=re.DOTALL)

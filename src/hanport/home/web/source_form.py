"""The source as a form has it: a device, a server, a broker, or an address as it is written. Secrets never go back.

A password or key that is left empty stays as it was, but a password only for the same user on the same broker:
otherwise a form could send it to a broker of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from hanport.errors import ConfigError
from hanport.home.config import SourceTable
from hanport.home.listening import keys_of
from hanport.sources.address import MQTT_PORT, MqttAddress, SerialAddress, StdinAddress, TcpAddress, parse_address

KINDS = ("serial", "tcp", "mqtt", "address")


@dataclass(frozen=True, slots=True)
class SourceFields:
    """What the fields say. `choice` is the address of a serial device, or the kind."""

    choice: str = ""
    host: str = ""
    port: str = ""
    topic: str = "han/#"
    user: str = ""
    address: str = ""
    has_password: bool = False
    has_key: bool = False
    has_authentication_key: bool = False


def fields_of(source: SourceTable) -> SourceFields:
    """The fields for a source that is set."""
    bare = SourceFields(has_key=bool(source.key), has_authentication_key=bool(source.authentication_key))
    if not source.address:
        return bare
    try:
        address = parse_address(source.address)
    except ConfigError:
        return replace(bare, choice="address", address=source.address)
    match address:
        case TcpAddress(host, port):
            return replace(bare, choice="tcp", host=host, port=str(port))
        case MqttAddress(host, port, topic, user, password):
            broker = replace(bare, choice="mqtt", host=host, port=str(port), topic=topic)
            return replace(broker, user=user or "", has_password=password is not None)
        case SerialAddress(device):
            return replace(bare, choice=str(SerialAddress(device)), address=str(address))
    return replace(bare, choice="address", address=str(address))


def source_of(form: Mapping[str, str], before: SourceTable) -> SourceTable:
    """The source that a form says. Raises ConfigError."""
    choice = form.get("choice", "")
    key = _secret(form, "key", before.key)
    source = SourceTable(
        address=_address(choice, form, before),
        key=key,
        authentication_key=_secret(form, "authentication_key", before.authentication_key) if key else "",
    )
    keys_of(source)
    if isinstance(parse_address(source.address), StdinAddress):
        raise ConfigError("The hub has no standard input.", "Choose a device, a server or a broker.")
    return source


def _address(choice: str, form: Mapping[str, str], before: SourceTable) -> str:
    host, port = form.get("host", "").strip(), form.get("port", "").strip()
    match choice:
        case "tcp":
            return str(parse_address(f"tcp://{_in_brackets(host)}:{port}"))
        case "mqtt":
            topic, user = form.get("topic", "").strip(), form.get("user", "").strip()
            bare = parse_address(f"mqtt://{_in_brackets(host)}:{port or MQTT_PORT}/{topic.replace('%', '%25')}")
            assert isinstance(bare, MqttAddress)
            password = form.get("password", "") or _password_of(before, bare, user)
            return MqttAddress(bare.host, bare.port, bare.topic, user or None, password or None).with_password()
        case "address":
            return form.get("address", "").strip()
    same = fields_of(before)
    return same.address if same.choice == choice and same.address else choice


def _password_of(before: SourceTable, now: MqttAddress, user: str) -> str | None:
    try:
        was = parse_address(before.address)
    except ConfigError:
        return None
    same = isinstance(was, MqttAddress) and (was.host, was.port, was.user or "") == (now.host, now.port, user)
    return was.password if same and isinstance(was, MqttAddress) else None


def _secret(form: Mapping[str, str], name: str, before: str) -> str:
    if form.get(f"forget_{name}"):
        return ""
    return "".join(form.get(name, "").split()) or before


def _in_brackets(host: str) -> str:
    return f"[{host}]" if ":" in host and not host.startswith("[") else host

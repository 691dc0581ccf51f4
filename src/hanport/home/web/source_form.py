"""The source as a form has it: a device, a server, a broker, or an address as it is written. Secrets never go back.

A password or key that is left empty stays as it was, but a password only for the same user on the same broker:
otherwise a form could send it to a broker of its own.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from hanport.errors import ConfigError
from hanport.home.config import SourceTable
from hanport.sources.address import (
    MQTT_PORT,
    Address,
    MqttAddress,
    SerialAddress,
    StdinAddress,
    TcpAddress,
    parse_address,
)

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


def typed_fields(fields: SourceFields, form: Mapping[str, str] | None) -> SourceFields:
    """What was typed instead of what is set; secrets are typed again."""
    if not form:
        return fields
    return replace(
        fields,
        choice=form.get("choice", ""),
        host=form.get("host", ""),
        port=form.get("port", ""),
        topic=form.get("topic", ""),
        user=form.get("user", ""),
        address=form.get("address", ""),
    )


class WrongSource(ConfigError):
    """A form that says no source: what is wrong with which `field` is said by `source.wrong.<field>`."""

    def __init__(self, field: str, why: ConfigError | None = None) -> None:
        super().__init__(why.problem if why else f"The {field} is wrong.", why.remedy if why else "Correct it.")
        self.field = field


def source_of(form: Mapping[str, str], before: SourceTable) -> SourceTable:
    """The source that a form says. Raises WrongSource."""
    address = _address(form.get("choice", ""), form, before)
    key = _key(form, "key", before.key)
    return SourceTable(
        address=address,
        key=key,
        authentication_key=_key(form, "authentication_key", before.authentication_key) if key else "",
    )


def _address(choice: str, form: Mapping[str, str], before: SourceTable) -> str:
    match choice:
        case "tcp":
            return str(_parsed(f"tcp://{_place(form, None)}", "host"))
        case "mqtt":
            return _broker(form, before)
        case "address":
            return _written(form.get("address", "").strip(), "address")
    same = fields_of(before)
    return same.address if same.choice == choice and same.address else _written(choice, "choice")


def _written(text: str, field: str) -> str:
    """An address as it stands, which has to lead somewhere."""
    if isinstance(_parsed(text, field), StdinAddress):
        raise WrongSource(field)
    return text


def _broker(form: Mapping[str, str], before: SourceTable) -> str:
    place, user = _place(form, MQTT_PORT), form.get("user", "").strip()
    _parsed(f"mqtt://{place}/topic", "host")
    found = _parsed(f"mqtt://{place}/{form.get('topic', '').strip().replace('%', '%25')}", "topic")
    assert isinstance(found, MqttAddress)
    password = form.get("password", "") or _password_of(before, found, user)
    return MqttAddress(found.host, found.port, found.topic, user or None, password or None).with_password()


def _place(form: Mapping[str, str], usual_port: int | None) -> str:
    """Host and port; the host may be any text still."""
    host, port = form.get("host", "").strip(), form.get("port", "").strip() or str(usual_port or "")
    if not re.fullmatch(r"[0-9]{1,5}", port) or not 1 <= int(port) <= 65535:
        raise WrongSource("port")
    if not host or re.search(r"[\s/@]", host):
        raise WrongSource("host")
    return f"[{host}]:{port}" if ":" in host and not host.startswith("[") else f"{host}:{port}"


def _parsed(text: str, field: str) -> Address:
    try:
        return parse_address(text)
    except ConfigError as error:
        raise WrongSource(field, error) from error


def _key(form: Mapping[str, str], name: str, before: str) -> str:
    """A key of 32 hex digits; as it was where the field is empty, none where it is to be forgotten."""
    if form.get(f"forget_{name}"):
        return ""
    key = "".join(form.get(name, "").split())
    if key and not re.fullmatch(r"[0-9A-Fa-f]{32}", key):
        raise WrongSource(name)
    return key or before


def _password_of(before: SourceTable, now: MqttAddress, user: str) -> str | None:
    try:
        was = parse_address(before.address)
    except ConfigError:
        return None
    same = isinstance(was, MqttAddress) and (was.host, was.port, was.user or "") == (now.host, now.port, user)
    return was.password if same and isinstance(was, MqttAddress) else None

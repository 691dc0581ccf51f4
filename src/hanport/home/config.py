"""home.toml as one typed tree: what a household sets. An unknown key is an error that names the nearest known one.

The file is the one truth: the pages write their changes back into it (`home.settings`), comments kept.
"""

from pathlib import Path
from typing import Annotated, Literal, TypeAlias

import msgspec

from hanport import typed_toml
from hanport.typed_toml import Table

Port: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=65535)]
Seconds: TypeAlias = Annotated[float, msgspec.Meta(ge=0, le=3600)]


class HubTable(Table, frozen=True):
    """`[hub]`: its name on the pages, the language of the house, and the folder of its data (from the file's own)."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=60)] = "Hemma"
    language: Literal["sv", "en"] = "sv"
    data: str = "hanport-data"
    log_level: Literal["debug", "info", "warning", "error"] = "info"


class SourceTable(Table, frozen=True):
    """`[source]`: where the meter is read, as `hanport watch` takes it; keys as hex where it encrypts."""

    address: str = ""
    key: str = ""
    authentication_key: str = ""


class HouseTable(Table, frozen=True):
    """`[house]`: the main fuse in A on each phase, the number of phases, and the time the tariff counts in."""

    main_fuse_a: Annotated[int, msgspec.Meta(ge=6, le=6300)] = 20
    phases: Literal[1, 3] = 3
    tariff_time: Literal["local", "normal"] = "local"  # EIFS 2016:2 registers in normal time; most companies bill local
    phase_names: Annotated[tuple[str, ...], msgspec.Meta(max_length=3)] = ("L1", "L2", "L3")


class WebTable(Table, frozen=True):
    """`[web]`: where the pages listen; a certificate and its key make it HTTPS. `hosts` are further names that
    browsers may use for it (a reverse proxy); its own address and the machine's name are known.
    """

    host: str = "127.0.0.1"
    port: Port = 8480
    certificate: str = ""
    private_key: str = ""
    hosts: tuple[str, ...] = ()
    session_idle_minutes: Annotated[int, msgspec.Meta(ge=5, le=525_600)] = 43_200


class StoreTable(Table, frozen=True):
    """`[store]`: how often what was read is made durable (0: each telegram), and for how long every reading is kept
    (0: for ever); energy and means are kept for ever in any case. Below `least_free_mb` on the disk nothing is stored.
    """

    commit_every_s: Seconds = 0
    keep_readings_days: Annotated[int, msgspec.Meta(ge=0)] = 0
    warn_free_mb: Annotated[int, msgspec.Meta(ge=0)] = 500
    least_free_mb: Annotated[int, msgspec.Meta(ge=0)] = 100


class MailTable(Table, frozen=True):
    """`[notice.mail]`: SMTP. `security` is how it is encrypted."""

    enabled: bool = False
    host: str = ""
    port: Port = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    password: str = ""
    sender: str = ""
    to: tuple[str, ...] = ()


class WebhookTable(Table, frozen=True):
    """`[notice.webhook]`: a JSON object is posted to `url`; with a `secret` it is signed (HMAC-SHA-256)."""

    enabled: bool = False
    url: str = ""
    secret: str = ""


class NoticeTable(Table, frozen=True):
    """`[notice]`: who is told when the port falls silent and when it is back. MQTT notices go by `[share.mqtt]`."""

    after_minutes: Annotated[int, msgspec.Meta(ge=1, le=1440)] = 10
    mail: MailTable = MailTable()
    webhook: WebhookTable = WebhookTable()


class RelayTable(Table, frozen=True):
    """`[share.relay]`: telegrams over TCP, exactly as received, or (`view = "p1"`) as P1 where the meter is HDLC."""

    enabled: bool = False
    host: str = "0.0.0.0"
    port: Port = 5501
    view: Literal["raw", "p1"] = "raw"


class MqttTable(Table, frozen=True):
    """`[share.mqtt]`: a broker that gets the readings, with the discovery of Home Assistant."""

    enabled: bool = False
    host: str = "127.0.0.1"
    port: Port = 1883
    user: str = ""
    password: str = ""
    tls: bool = False
    topic: Annotated[str, msgspec.Meta(pattern=r"^[^+#/\s][^+#\s]*$")] = "hanport"
    discovery: bool = True
    discovery_prefix: Annotated[str, msgspec.Meta(pattern=r"^[^+#/\s][^+#\s]*$")] = "homeassistant"


class MetricsTable(Table, frozen=True):
    """`[share.metrics]`: `/metrics` for Prometheus, with an API token of the scope `metrics`."""

    enabled: bool = False


class ApiTable(Table, frozen=True):
    """`[share.api]`: the JSON API under `/api/v1/`, with an API token of the scope `read`."""

    enabled: bool = False


class HomeWizardTable(Table, frozen=True):
    """`[share.homewizard]`: a local API as the HomeWizard P1 meter has it (v1), on a port of its own, found by mDNS."""

    enabled: bool = False
    host: str = "0.0.0.0"
    port: Port = 80


class ShareTable(Table, frozen=True):
    """`[share]`: one port, many readers. All off until switched on; read-only."""

    relay: RelayTable = RelayTable()
    mqtt: MqttTable = MqttTable()
    metrics: MetricsTable = MetricsTable()
    api: ApiTable = ApiTable()
    homewizard: HomeWizardTable = HomeWizardTable()


class HomeConfig(Table, frozen=True):
    """The whole of home.toml."""

    hub: HubTable = HubTable()
    source: SourceTable = SourceTable()
    house: HouseTable = HouseTable()
    web: WebTable = WebTable()
    store: StoreTable = StoreTable()
    notice: NoticeTable = NoticeTable()
    share: ShareTable = ShareTable()


def parse(text: str, name: str = "home.toml") -> HomeConfig:
    """The tree that a file says. Raises ConfigError, which names the place and the remedy."""
    return typed_toml.parse(text, HomeConfig, name)


def load(path: Path) -> HomeConfig:
    """The tree in a file. Raises ConfigError."""
    return typed_toml.load(path, HomeConfig, missing="`hanport home setup` makes one.")


def data_folder(config: HomeConfig, path: Path) -> Path:
    """Where the data of the hub with that configuration file are."""
    return (path.parent / config.hub.data).resolve()

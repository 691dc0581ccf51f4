"""grid.toml as one typed tree: what a network company sets. An unknown key is an error that names the nearest one."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

import msgspec

from hanport import typed_toml
from hanport.errors import ConfigError
from hanport.grid.database.schema import Environment
from hanport.typed_toml import Table

Port: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=65535)]
Seconds: TypeAlias = Annotated[float, msgspec.Meta(gt=0, le=86_400)]
Count: TypeAlias = Annotated[int, msgspec.Meta(ge=1)]


class CompanyTable(Table, frozen=True):
    """`[company]`: its name, as customers read it, how they reach it, and its face.

    `logo` is an SVG or PNG file, from the configuration's own folder; `colour` is its own, as #rrggbb.
    """

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=80)] = "Nätbolaget"
    language: Literal["sv", "en"] = "sv"
    email: str = ""
    phone: str = ""
    address: str = ""
    website: str = ""
    logo: str = ""
    colour: Annotated[str, msgspec.Meta(pattern=r"^(#[0-9a-fA-F]{6})?$")] = ""


class DatabaseTable(Table, frozen=True):
    """`[database]`: `sqlite:///PATH` (from the file's own folder) or `postgresql://USER:PASSWORD@HOST/NAME`."""

    address: str = "sqlite:///grid.db"


class KeysTable(Table, frozen=True):
    """`[keys]`: the file of keys, from the configuration's own folder; the environment goes before it."""

    file: str = "grid-keys.toml"


class WebTable(Table, frozen=True):
    """`[web]`: where pages and API listen; a certificate and its key make it HTTPS.

    `public_url` is where customers find the pages (`https://han.example.se`): it stands in letters and notices, and
    BankID comes back to it. `proxies` are the addresses of reverse proxies whose word on the visitor's address counts.
    """

    public_url: Annotated[str, msgspec.Meta(pattern=r"^(https?://[^/?#\s]+)?$")] = ""
    proxies: tuple[str, ...] = ()
    host: str = "127.0.0.1"
    port: Port = 8490
    certificate: str = ""
    private_key: str = ""
    connections: Count = 256


class WorkTable(Table, frozen=True):
    """`[work]`: how the reconciling is paced.

    Every `period_s` what is due is looked at; every `sweep_hours` all meters are. A sending is held for `lease_s`, an
    answer is waited for `answer_within_s`; after a failure the next try waits `retry_s`, doubled each time up to
    `retry_longest_s`. Open ports are read again every `verify_open_hours`, closed ones every `verify_closed_days`.
    After `visit_after` failures an order needs a visit. Staff are alarmed `alarm_hours_before` the legal deadline.
    """

    period_s: Seconds = 5
    sweep_hours: Annotated[float, msgspec.Meta(gt=0, le=168)] = 24
    lease_s: Seconds = 60
    answer_within_s: Seconds = 900
    retry_s: Seconds = 60
    retry_longest_s: Seconds = 14_400
    verify_open_hours: Annotated[float, msgspec.Meta(gt=0)] = 24
    verify_closed_days: Annotated[float, msgspec.Meta(gt=0)] = 30
    visit_after: Count = 5
    alarm_hours_before: Annotated[float, msgspec.Meta(gt=0, le=72)] = 4
    sendings_at_once: Count = 20


class ImportTable(Table, frozen=True):
    """`[import]`: an import that would close more open ports than the larger of both waits for two people."""

    closings_at_once: Annotated[int, msgspec.Meta(ge=0)] = 20
    closings_share: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.01


class WarrantyTable(Table, frozen=True):
    """`[warranty]`: of the HAN adapter, from the day it was fitted; afterwards a new one costs `price_sek`."""

    years: Annotated[int, msgspec.Meta(ge=0, le=30)] = 2
    price_sek: Annotated[int, msgspec.Meta(ge=0)] = 500
    restarts_before_exchange: Count = 3  # in a year


class RetentionTable(Table, frozen=True):
    """`[retention]`: a person may be erased `years` after the last contract and order ended."""

    years: Annotated[int, msgspec.Meta(ge=0, le=30)] = 3


class SessionsTable(Table, frozen=True):
    """`[sessions]`: how long a login lasts without a sign of life, and at the longest."""

    customer_idle_minutes: Annotated[int, msgspec.Meta(ge=1, le=120)] = 15
    customer_longest_minutes: Annotated[int, msgspec.Meta(ge=1, le=720)] = 60
    staff_idle_minutes: Annotated[int, msgspec.Meta(ge=1, le=240)] = 30
    staff_longest_hours: Annotated[int, msgspec.Meta(ge=1, le=24)] = 10


class LimitsTable(Table, frozen=True):
    """`[limits]`: what one address (IPv6: its /64) may do in ten minutes, and how often a code is sent or tried.

    `drafts_per_hour` are those that one token asks for.
    """

    identifications: Count = 20
    logins: Count = 20
    requests: Count = 1200
    drafts_per_hour: Count = 60
    letters_per_facility_month: Count = 3
    code_attempts: Count = 5


class BankIDTable(Table, frozen=True):
    """`[bankid]`: the agreement with a bank. Without `certificate_file` BankID is not offered.

    `certificate_file` is the company's p12, opened with the text in `passphrase_file`. `server_ca_file` is BankID's
    root for its servers: in production only the one with the published fingerprint is taken. `signature_root_file` is
    the root of people's signatures, which BankID delivers on request. `policies` are the certificate policies that are
    taken (none: all of the environment). `retry_s`: an order that nobody starts is begun anew for so long. `app_url` is
    where the test identity's phone is; it is refused in production.
    """

    url: str = "https://appapi2.bankid.com/rp/v6.0"
    certificate_file: str = ""
    passphrase_file: str = ""
    server_ca_file: str = ""
    signature_root_file: str = ""
    policies: tuple[str, ...] = ()
    app_url: str = ""
    retry_s: Annotated[int, msgspec.Meta(ge=0, le=600)] = 180
    timeout_s: Seconds = 10


class MailTable(Table, frozen=True):
    """`[mail]`: SMTP for notices to customers; without `host` none are sent. `security` is how it is encrypted."""

    host: str = ""
    port: Port = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    password_file: str = ""
    sender: str = ""


class SmsTable(Table, frozen=True):
    """`[sms]`: a gateway that is posted `{"from", "to", "text"}` as JSON, with the bearer token in `token_file`."""

    url: str = ""
    token_file: str = ""
    sender: Annotated[str, msgspec.Meta(max_length=15)] = ""


class LettersTable(Table, frozen=True):
    """`[letters]`: letters are printed in batches, as one PDF. A code in a letter is valid for `code_days`."""

    code_days: Annotated[int, msgspec.Meta(ge=1, le=90)] = 30


class AlarmTable(Table, frozen=True):
    """`[alarm]`: where alarms go besides the log, the API and the metrics: a webhook that is posted JSON."""

    webhook: str = ""


class HeadEndTable(Table, frozen=True):
    """`[[head_end]]`: a way to the meters. The first whose `makers` has the meter's maker is taken (none: all makers).

    `work_list` needs nothing more. `rest` and `cim` post to `url`, with the bearer `token_file`'s text; answers come to
    `reply_url`. `ca_file` is trusted instead of the system's list; `certificate_file` and `private_key_file` are ours.
    `soap`, `source` and `codes` are for `cim`. Not `asks`: the head-end cannot be asked how a command stands. An answer
    is waited for `answer_within_hours` (none: `work.answer_within_s`; on a work list three days). `virtual` asks the
    control interface of each virtual meter: `meters` is serial number -> address; it is refused in production.
    """

    name: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9-]{1,30}$")]
    kind: Literal["work_list", "rest", "cim", "virtual"]
    makers: tuple[str, ...] = ()
    url: str = ""
    reply_url: str = ""
    token_file: str = ""
    ca_file: str = ""
    certificate_file: str = ""
    private_key_file: str = ""
    source: str = "hanport"
    soap: Literal["", "1.1", "1.2"] = ""
    asks: bool = True
    answer_within_hours: Annotated[float, msgspec.Meta(gt=0, le=720)] | None = None
    codes: Mapping[str, str] = {}
    meters: Mapping[str, str] = {}
    timeout_s: Seconds = 20


class GridConfig(Table, frozen=True, rename={"import_": "import"}):
    """The whole of grid.toml."""

    environment: Environment = Environment.PRODUCTION
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    company: CompanyTable = CompanyTable()
    database: DatabaseTable = DatabaseTable()
    keys: KeysTable = KeysTable()
    web: WebTable = WebTable()
    work: WorkTable = WorkTable()
    import_: ImportTable = ImportTable()
    warranty: WarrantyTable = WarrantyTable()
    retention: RetentionTable = RetentionTable()
    alarm: AlarmTable = AlarmTable()
    sessions: SessionsTable = SessionsTable()
    limits: LimitsTable = LimitsTable()
    bankid: BankIDTable = BankIDTable()
    mail: MailTable = MailTable()
    sms: SmsTable = SmsTable()
    letters: LettersTable = LettersTable()
    head_end: tuple[HeadEndTable, ...] = (HeadEndTable(name="work-list", kind="work_list"),)


def parse(text: str, name: str = "grid.toml") -> GridConfig:
    """The tree that a file says. Raises ConfigError, which names the place and the remedy."""
    return _checked(typed_toml.parse(text, GridConfig, name), name)


def load(path: Path) -> GridConfig:
    """The tree in a file. Raises ConfigError."""
    return _checked(typed_toml.load(path, GridConfig, missing="`hanport grid new` makes one."), str(path))


def _checked(config: GridConfig, name: str) -> GridConfig:
    names = [each.name for each in config.head_end]
    if len(set(names)) != len(names):
        raise ConfigError(f"{name}: two head-ends have the same name.", "Give each its own.")
    if config.environment is Environment.PRODUCTION and any(each.kind == "virtual" for each in config.head_end):
        raise ConfigError(f"{name}: a virtual head-end in production.", 'Set environment = "test", or take it out.')
    return config


def database_address(config: GridConfig, path: Path) -> str:
    """The database's address; the path of an SQLite file counts from the configuration's folder."""
    kind, mark, place = config.database.address.partition("sqlite:///")
    return f"sqlite:///{(path.parent / place).resolve()}" if mark and not kind else config.database.address

"""The sections of the settings that are fields of home.toml: which, and what has to fit together in them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from hanport.home.config import HomeConfig
from hanport.home.web.settings_form import Field, Wrong

Check = Callable[[HomeConfig, HomeConfig, Mapping[str, str]], dict[str, Wrong]]


@dataclass(frozen=True, slots=True)
class Section:
    """A page with its fields. `check` sees the settings before and after, and the form."""

    name: str
    fields: tuple[Field, ...]
    check: Check


def _house(before: HomeConfig, after: HomeConfig, form: Mapping[str, str]) -> dict[str, Wrong]:
    names = after.house.phase_names
    if len(names) < after.house.phases or len(set(names)) < len(names) or max(map(len, names), default=0) > 12:
        return {"house.phase_names": Wrong("phases", {"phases": after.house.phases})}
    return {}


def shortens(before: int, after: int) -> bool:
    """Whether readings that are kept now would be thrown away (0 days: kept for ever)."""
    return after != 0 and (before == 0 or after < before)


def _store(before: HomeConfig, after: HomeConfig, form: Mapping[str, str]) -> dict[str, Wrong]:
    lost = shortens(before.store.keep_readings_days, after.store.keep_readings_days)
    return {"store.keep_readings_days": Wrong("confirm")} if lost and not form.get("confirm") else {}


def _notices(before: HomeConfig, after: HomeConfig, form: Mapping[str, str]) -> dict[str, Wrong]:
    wrong: dict[str, Wrong] = {}
    mail, hook = after.notice.mail, after.notice.webhook
    if mail.enabled or form.get("try") == "mail":
        wrong |= {f"notice.mail.{name}": Wrong("empty") for name in ("host", "sender") if not getattr(mail, name)}
        if not mail.to or not all("@" in address for address in mail.to):
            wrong["notice.mail.to"] = Wrong("address")
        if mail.sender and "@" not in mail.sender:
            wrong["notice.mail.sender"] = Wrong("address")
    if (hook.enabled or form.get("try") == "webhook") and not _is_web_address(hook.url):
        wrong["notice.webhook.url"] = Wrong("url")
    return wrong


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return False


def _shares(before: HomeConfig, after: HomeConfig, form: Mapping[str, str]) -> dict[str, Wrong]:
    wrong: dict[str, Wrong] = {}
    share = after.share
    if share.mqtt.enabled and not share.mqtt.host:
        wrong["share.mqtt.host"] = Wrong("empty")
    used = {after.web.port: "web"}
    for name, table in (("relay", share.relay), ("homewizard", share.homewizard)):
        if table.enabled and used.setdefault(table.port, name) != name:
            wrong[f"share.{name}.port"] = Wrong("taken")
    return wrong


_BROKER = ("share.mqtt.host", "share.mqtt.port", "share.mqtt.user")
_MAIL = ("notice.mail.host", "notice.mail.port", "notice.mail.user")

SECTIONS = (
    Section(
        "house",
        (
            Field("hub.name"),
            Field("hub.language"),
            Field("house.main_fuse_a", "number"),
            Field("house.phases", "number"),
            Field("house.phase_names", "words"),
            Field("house.tariff_time"),
        ),
        _house,
    ),
    Section(
        "store",
        (
            Field("store.commit_every_s", "number"),
            Field("store.keep_readings_days", "number"),
            Field("store.warn_free_mb", "number"),
            Field("store.least_free_mb", "number"),
        ),
        _store,
    ),
    Section(
        "shares",
        (
            Field("share.relay.enabled", "switch"),
            Field("share.relay.port", "number"),
            Field("share.relay.view"),
            Field("share.mqtt.enabled", "switch"),
            Field("share.mqtt.host"),
            Field("share.mqtt.port", "number"),
            Field("share.mqtt.user"),
            Field("share.mqtt.password", "secret", _BROKER),
            Field("share.mqtt.tls", "switch"),
            Field("share.mqtt.topic"),
            Field("share.mqtt.discovery", "switch"),
            Field("share.api.enabled", "switch"),
            Field("share.metrics.enabled", "switch"),
            Field("share.homewizard.enabled", "switch"),
            Field("share.homewizard.port", "number"),
        ),
        _shares,
    ),
    Section(
        "notices",
        (
            Field("notice.after_minutes", "number"),
            Field("notice.mail.enabled", "switch"),
            Field("notice.mail.host"),
            Field("notice.mail.port", "number"),
            Field("notice.mail.security"),
            Field("notice.mail.user"),
            Field("notice.mail.password", "secret", _MAIL),
            Field("notice.mail.sender"),
            Field("notice.mail.to", "words"),
            Field("notice.webhook.enabled", "switch"),
            Field("notice.webhook.url"),
            Field("notice.webhook.secret", "secret"),
        ),
        _notices,
    ),
)

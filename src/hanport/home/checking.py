"""What is wrong with a configuration beyond its form: files that are missing, settings that do not go together."""

import os
import urllib.parse
from collections.abc import Callable, Iterator
from pathlib import Path

from hanport.errors import ConfigError
from hanport.home.config import HomeConfig, data_folder
from hanport.home.listening import keys_of
from hanport.sources.address import parse_address


def problems(config: HomeConfig, path: Path) -> list[str]:
    """Each with its place and remedy; none: it can be used. `path` is the file, from which folders count."""
    return [str(problem) for check in _CHECKS for problem in check(config, path)]


def _source(config: HomeConfig, path: Path) -> Iterator[ConfigError]:
    if not config.source.address:
        yield ConfigError("source.address is empty.", "Write where the meter is read, or run `hanport home setup`.")
        return
    for check in (lambda: parse_address(config.source.address), lambda: keys_of(config.source)):
        yield from _caught("source", check)


def _caught(place: str, check: Callable[[], object]) -> Iterator[ConfigError]:
    try:
        check()
    except ConfigError as error:
        yield ConfigError(f"{place}: {error.problem}", error.remedy)


def _data(config: HomeConfig, path: Path) -> Iterator[ConfigError]:
    folder = data_folder(config, path)
    there = next(each for each in (folder, *folder.parents) if each.exists())
    if not there.is_dir() or not os.access(there, os.W_OK):
        yield ConfigError(f"hub.data: {folder} cannot be written.", "Give the hub's user the right, or another folder.")


def _web(config: HomeConfig, path: Path) -> Iterator[ConfigError]:
    web = config.web
    if bool(web.certificate) != bool(web.private_key):
        yield ConfigError("web.certificate and web.private_key go together.", "Give both or neither.")
    for name, file in (("certificate", web.certificate), ("private_key", web.private_key)):
        if file and not os.access(path.parent / file, os.R_OK):
            yield ConfigError(f"web.{name}: {file} cannot be read.", "Check its name and permissions.")


def _phases(config: HomeConfig, path: Path) -> Iterator[ConfigError]:
    if len(config.house.phase_names) < config.house.phases:
        yield ConfigError("house.phase_names has too few names.", f"Give {config.house.phases}.")


def _notices(config: HomeConfig, path: Path) -> Iterator[ConfigError]:
    mail, webhook = config.notice.mail, config.notice.webhook
    if mail.enabled:
        for name in ("host", "sender", "to"):
            if not getattr(mail, name):
                yield ConfigError(f"notice.mail.{name} is empty.", "Fill it in, or switch the mail off.")
    address = urllib.parse.urlsplit(webhook.url)
    if webhook.enabled and (address.scheme not in ("http", "https") or not address.hostname):
        yield ConfigError("notice.webhook.url is no address.", "Write it as https://example.org/hook.")


def _disk(config: HomeConfig, path: Path) -> Iterator[ConfigError]:
    if config.store.warn_free_mb < config.store.least_free_mb:
        yield ConfigError("store.warn_free_mb is below store.least_free_mb.", "Nobody would be warned: make it larger.")


def _ports(config: HomeConfig, path: Path) -> Iterator[ConfigError]:
    taken = {config.web.port: "web.port"} if config.web.port else {}
    for name in ("relay", "homewizard"):
        share = getattr(config.share, name)
        if share.enabled and share.port:
            if share.port in taken:
                yield ConfigError(f"share.{name}.port is {taken[share.port]}, too.", "Choose another.")
            taken[share.port] = f"share.{name}.port"


_CHECKS = (_source, _data, _web, _phases, _notices, _disk, _ports)

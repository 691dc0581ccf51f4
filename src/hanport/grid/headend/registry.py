"""Makes the head-ends of a configuration, each from the one table of kinds."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from hanport.clock import Clock, SystemClock
from hanport.errors import ConfigError
from hanport.grid.config import GridConfig, HeadEndTable
from hanport.grid.database.schema import Environment
from hanport.grid.headend import choosing
from hanport.grid.headend.choosing import NoHeadEnd
from hanport.grid.headend.cim.codes import codes
from hanport.grid.headend.cim.head_end import CimHeadEnd
from hanport.grid.headend.cim.messages import Sender
from hanport.grid.headend.cim.xml import SOAP_11, SOAP_12
from hanport.grid.headend.contract import HeadEnd
from hanport.grid.headend.rest import RestHeadEnd
from hanport.grid.headend.terms import Terms
from hanport.grid.headend.virtual import VirtualHeadEnd
from hanport.grid.headend.wire import Wire, address, wire
from hanport.grid.headend.work_list import WorkList

_ENVELOPES = {"": "", "1.1": SOAP_11, "1.2": SOAP_12}


class HeadEnds:
    """The ways to the meters, by name and by the meters' maker."""

    def __init__(self, config: GridConfig, made: Mapping[str, HeadEnd]) -> None:
        self._config = config
        self._made = made

    def for_maker(self, maker: str) -> HeadEnd:
        """The head-end for meters of that maker. Raises NoHeadEnd."""
        return self._made[choosing.for_maker(self._config, maker).name]

    def named(self, name: str) -> HeadEnd:
        """The head-end of that name. Raises NoHeadEnd."""
        if name not in self._made:
            raise NoHeadEnd(f"There is no head-end called {name[:30]}.", "Look into grid.toml for its name.")
        return self._made[name]

    async def close(self) -> None:
        """Let go of all connections."""
        for each in self._made.values():
            await each.close()


@dataclass(frozen=True, slots=True)
class _Site:
    """What a head-end is made from, besides its own table."""

    config: GridConfig
    folder: Path
    clock: Clock

    @property
    def in_production(self) -> bool:
        return self.config.environment is Environment.PRODUCTION


def build(config: GridConfig, folder: Path, clock: Clock | None = None) -> HeadEnds:
    """The head-ends that the configuration names; their files count from `folder`. Raises ConfigError."""
    site = _Site(config, folder, clock or SystemClock())
    return HeadEnds(config, {table.name: _KINDS[table.kind](table, site) for table in config.head_end})


def _work_list(table: HeadEndTable, site: _Site) -> HeadEnd:
    return WorkList(table.name)


def _rest(table: HeadEndTable, site: _Site) -> HeadEnd:
    terms = _terms(table, site)
    return RestHeadEnd(terms, _wire(table, site, [terms.url]))


def _cim(table: HeadEndTable, site: _Site) -> HeadEnd:
    terms = _terms(table, site)
    if not terms.reply_url and not table.asks:
        raise ConfigError(
            f"head-end {table.name}: no answer can ever come: there is no `reply_url`, and it cannot be asked.",
            "Set `reply_url`, or `asks = true`.",
        )
    return CimHeadEnd(
        terms,
        _wire(table, site, [terms.url]),
        codes=codes(table.codes, table.name),
        sender=Sender(table.source, terms.reply_url, _ENVELOPES[table.soap]),
        asks=table.asks,
    )


def _virtual(table: HeadEndTable, site: _Site) -> HeadEnd:
    meters = {serial: address(table, where, in_production=site.in_production) for serial, where in table.meters.items()}
    return VirtualHeadEnd(table.name, _wire(table, site, meters.values()), meters, site.clock)


def _wire(table: HeadEndTable, site: _Site, addresses: Iterable[str]) -> Wire:
    is_encrypted = any(urlsplit(each).scheme == "https" for each in addresses)
    return wire(table, site.folder, connections=site.config.work.sendings_at_once, is_encrypted=is_encrypted)


def _terms(table: HeadEndTable, site: _Site) -> Terms:
    return Terms(
        name=table.name,
        url=address(table, table.url, in_production=site.in_production),
        reply_url=address(table, table.reply_url, in_production=site.in_production) if table.reply_url else "",
        within=choosing.answer_within(site.config, table.name),
        clock=site.clock,
    )


_KINDS: dict[str, Callable[[HeadEndTable, _Site], HeadEnd]] = {
    "work_list": _work_list,
    "rest": _rest,
    "cim": _cim,
    "virtual": _virtual,
}

"""The part of the API that is for everybody, without a token: how the company does, and the keys of its receipts."""

import threading
from datetime import date, datetime
from typing import Annotated

from fastapi import Depends, Request

from hanport.clock import Clock
from hanport.grid.api.endpoint import Endpoint
from hanport.grid.api.texts import Told
from hanport.grid.context import Grid
from hanport.grid.orders import Kind
from hanport.grid.receipts.keys import receipt_keys
from hanport.grid.statistics import LEAST_PUBLISHED, Published, Speed, public

FRESH_S = 300.0


class SpeedTold(Told):
    """From the signature to the reading that confirmed it; and the share done within the legal working day."""

    median_s: int | None
    p90_s: int | None
    in_time: float | None


class DayTold(Told):
    """Orders that were signed on a day; null: fewer than are published."""

    day: date
    orders: dict[Kind, int | None]


class MonthTold(Told):
    """Orders that were signed in a month (`YYYY-MM`); null: it would tell a day that is not published."""

    month: str
    orders: dict[Kind, int | None]
    opening: SpeedTold


class PublishedTold(Told):
    """Days and months that are over, the newest last. Counts below `least` are null; ports are counted in tens."""

    as_of: datetime
    least: int
    days: list[DayTold]
    months: list[MonthTold]
    open_ports: int | None
    out_of_step: int | None


class KeyTold(Told):
    """A public key (Ed25519) in hex."""

    id: str
    public_key: str


class ReceiptKeysTold(Told):
    """What `hanport grid verify-receipt --key-file` takes. The newest key signs; older ones stay good."""

    format: str
    company: str
    keys: list[KeyTold]


class PublicStatistics:
    """What is published, read anew at most every `FRESH_S` however often it is asked for."""

    def __init__(self, grid: Grid, clock: Clock) -> None:
        self._grid = grid
        self._clock = clock
        self._turn = threading.Lock()
        self._read_s = 0.0
        self._known: PublishedTold | None = None

    def told(self) -> PublishedTold:
        """The figures. Reads the database."""
        with self._turn:
            now_s = self._clock.monotonic()
            if self._known is None or now_s - self._read_s >= FRESH_S:
                at = self._clock.now()
                with self._grid.database.reading() as connection:
                    self._known = _told(public(connection, at), at)
                self._read_s = now_s
            return self._known


def _kept(request: Request) -> PublicStatistics:
    kept = request.app.state.statistics
    assert isinstance(kept, PublicStatistics)
    return kept


def _grid(request: Request) -> Grid:
    grid = request.app.state.grid
    assert isinstance(grid, Grid)
    return grid


def show_public_statistics(kept: Annotated[PublicStatistics, Depends(_kept)]) -> PublishedTold:
    """So coarse that nobody is seen in it."""
    return kept.told()


def show_receipt_keys(grid: Annotated[Grid, Depends(_grid)]) -> ReceiptKeysTold:
    """With these anybody can verify a receipt."""
    return ReceiptKeysTold.model_validate(receipt_keys(grid.database.keyring, grid.config.company.name))


def _told(found: Published, at: datetime) -> PublishedTold:
    return PublishedTold(
        as_of=at,
        least=LEAST_PUBLISHED,
        days=[DayTold(day=day, orders=orders) for day, orders in found.days.items()],
        months=[
            MonthTold(month=f"{each.begins:%Y-%m}", orders=each.orders, opening=_speed(each.opening))
            for each in found.months
        ],
        open_ports=found.open_ports,
        out_of_step=found.out_of_step,
    )


def _speed(speed: Speed) -> SpeedTold:
    return SpeedTold(
        median_s=None if speed.median_s is None else round(speed.median_s),
        p90_s=None if speed.p90_s is None else round(speed.p90_s),
        in_time=None if speed.in_time is None else round(speed.in_time, 3),
    )


ENDPOINTS = (
    Endpoint("GET", "/statistics", show_public_statistics, PublishedTold, "How the company does, for everybody"),
    Endpoint("GET", "/receipt-keys", show_receipt_keys, ReceiptKeysTold, "The keys that receipts are verified with"),
)

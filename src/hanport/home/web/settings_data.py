"""The section of the data: any span of it as CSV, streamed in the memory of one piece."""

import asyncio
import contextlib
import io
from collections.abc import AsyncIterator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from pathlib import Path

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from hanport.home.store.exporting import Batch, Kind, Sheet, Span, What, sheet, write_csv
from hanport.home.store.reader import Reader
from hanport.home.web.access import owner_only
from hanport.home.web.settings_frame import SettingsFrame
from hanport.web.shell import SWEDEN


class DataPages:
    """/settings/data."""

    def __init__(self, frame: SettingsFrame) -> None:
        self._frame = frame

    def routes(self) -> list[BaseRoute]:
        """All for owners."""
        return [
            Route("/settings/data", owner_only(self.show), methods=["GET"]),
            Route("/settings/data/export.csv", owner_only(self.export), methods=["GET"]),
        ]

    async def show(self, request: Request) -> Response:
        """What there is, and what can be had of it."""
        return await self._page(request, {})

    async def _page(self, request: Request, wrong: dict[str, str], status: int = 200) -> Response:
        store = self._frame.parts.store
        span = await store.read(lambda reader: reader.span())
        words = self._frame.shell.words(request)
        today = words.local(self._frame.parts.clock.now()).date()
        first = words.local(span[0]).date() if span else today
        return self._frame.page(
            request,
            "data",
            status,
            span=span,
            first=first.isoformat(),
            last=today.isoformat(),
            begin=request.query_params.get("begin") or max(first, today.replace(day=1)).isoformat(),
            end=request.query_params.get("end") or today.isoformat(),
            what=request.query_params.get("what") or What.HOURS,
            kinds=[str(kind) for kind in What],
            size=_size(store.path),
            wrong=wrong,
        )

    async def export(self, request: Request) -> Response:
        """From the beginning of one day to the end of another, by the clock of the house."""
        query = request.query_params
        try:
            what = What(query.get("what", ""))
            begin, end = date.fromisoformat(query.get("begin", "")), date.fromisoformat(query.get("end", ""))
            span = Span.between(day_start(begin, SWEDEN), day_start(end + timedelta(days=1), SWEDEN))
        except (ValueError, OverflowError):
            words = self._frame.shell.words(request)
            return await self._page(request, {"export": words.t("data.wrong_days")}, 422)
        if end < begin:
            return RedirectResponse(f"/settings/data/export.csv?what={what}&begin={end}&end={begin}", 303)
        name = f"hanport-{what}-{begin}-{end}.csv"
        headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
        pieces = csv_pieces(self._frame.parts.store.path, what, span)
        return StreamingResponse(pieces, media_type="text/csv; charset=utf-8", headers=headers)


def day_start(day: date, zone: tzinfo) -> datetime:
    """The midnight that a day begins with."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


async def csv_pieces(path: Path, what: What, span: Span) -> AsyncIterator[bytes]:
    """The CSV, a piece at a time; the next one is read when the browser has taken the one before.

    In one thread of its own with a connection of its own: a long export takes none from the pages, and a browser that
    goes away is not waited for.
    """
    loop, opened = asyncio.get_running_loop(), list[Reader]()
    executor = ThreadPoolExecutor(1, "export")

    def begin() -> Iterator[bytes]:
        opened.append(Reader(path))
        return _pieces(sheet(opened[0].connection, what, span))

    def end() -> None:
        for reader in opened:
            reader.close()

    try:
        pieces = await loop.run_in_executor(executor, begin)
        while (piece := await loop.run_in_executor(executor, next, pieces, None)) is not None:
            yield piece
    finally:
        executor.submit(end)
        executor.shutdown(wait=False)


def _pieces(table: Sheet) -> Iterator[bytes]:
    """The head, then each batch."""
    yield _csv(table.columns, ())
    for batch in table.batches:
        yield _csv(table.columns, (batch,)).partition(b"\n")[2]


def _csv(columns: tuple[tuple[str, Kind], ...], batches: Iterable[Batch]) -> bytes:
    out = io.StringIO()
    write_csv(Sheet(columns, iter(batches)), out)
    return out.getvalue().encode()


def _size(path: Path) -> int:
    """The bytes that the data take."""
    total = 0
    for each in (path, path.with_name(path.name + "-wal")):
        with contextlib.suppress(OSError):
            total += each.stat().st_size
    return total

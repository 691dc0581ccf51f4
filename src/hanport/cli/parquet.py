"""A recording to a Parquet file: `hanport decode --bulk FILE --out FILE.parquet`."""

import mmap
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hanport.errors import ConfigError, HanportError
from hanport.port import bulk
from hanport.port.cipher import Keys
from hanport.port.fields import FIELD_NAMES
from hanport.port.values import Reason

if TYPE_CHECKING:
    import pyarrow as pa


def export(recording: Path, out: Path, keys: Keys | None) -> int:
    """Write all telegrams of `recording` to `out`: `at` as a UTC timestamp, each field as a 64-bit integer or null.

    `out` appears when it is whole. Gives the exit code: 0 for telegrams and no rejection, 1 otherwise.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as missing:
        raise ConfigError("Parquet files need pyarrow.", "Install it: pip install 'hanport[export]'.") from missing
    fields = [pa.field("at", pa.timestamp("s", tz="UTC"))] + [pa.field(name, pa.int64()) for name in FIELD_NAMES[1:]]
    schema = pa.schema(fields)
    part = out.with_name(out.name + ".part")
    telegrams, rejected = 0, Counter[Reason]()
    started = time.perf_counter()
    try:
        with (
            _mapped(recording) as data,
            pq.ParquetWriter(
                part, schema, compression="zstd", use_dictionary=False, column_encoding="DELTA_BINARY_PACKED"
            ) as writer,
        ):
            for batch in bulk.decode(data, keys):
                telegrams += len(batch)
                rejected.update(event.reason for event in batch.rejected)
                writer.write_batch(_record_batch(batch, schema))
                _say(f"\r{telegrams:,} telegrams", end="")
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)
    seconds = time.perf_counter() - started
    said = ", ".join(f"{count} {reason}" for reason, count in rejected.items())
    _say(f"\r{telegrams:,} telegrams in {seconds:.1f} s to {out}; rejected: {said or 'none'}")
    return 0 if telegrams and not rejected else 1


def _say(text: str, end: str = "\n") -> None:
    if end == "\n" or sys.stderr.isatty():
        click.echo(text + end, err=True, nl=False)


def _record_batch(batch: bulk.Batch, schema: "pa.Schema") -> "pa.RecordBatch":
    import pyarrow as pa

    columns = [
        pa.array(column, type=field.type, mask=column == bulk.NONE)
        for column, field in zip(batch.columns, schema, strict=True)
    ]
    return pa.record_batch(columns, schema=schema)


@contextmanager
def _mapped(path: Path) -> Iterator[bulk.Recording]:
    try:
        with path.open("rb") as file:
            if path.stat().st_size == 0:
                yield b""
                return
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                yield data
    except OSError as error:
        raise HanportError(
            f"{path} cannot be read: {error.strerror}.", "Check the path and its permissions."
        ) from error

"""A sheet of the store as a Parquet file, batch by batch. Needs pyarrow (`pip install 'hanport[export]'`)."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from hanport.errors import ConfigError
from hanport.home.store.exporting import Batch, Kind, Sheet, Values
from hanport.home.store.packing import NONE

if TYPE_CHECKING:
    import pyarrow as pa

# Rows of a row group: small batches are gathered, so that readers find few large groups.
_GROUP_ROWS = 100_000


def write_parquet(table: Sheet, path: Path, told: Callable[[int], None] = lambda rows: None) -> int:
    """Write a sheet to `path`; gives the number of rows. Times become UTC timestamps in ms, numbers 64-bit integers.

    Raises ConfigError where pyarrow is missing.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as missing:
        raise ConfigError(
            "Parquet files need pyarrow.", "Install it (pip install 'hanport[export]'), or choose --format csv."
        ) from missing
    types = {Kind.TIME: pa.timestamp("ms", tz="UTC"), Kind.INTEGER: pa.int64(), Kind.TEXT: pa.string()}
    schema = pa.schema([pa.field(name, types[kind]) for name, kind in table.columns])
    numbers = [name for name, kind in table.columns if kind is not Kind.TEXT]
    texts = [name for name, kind in table.columns if kind is Kind.TEXT]
    encoding = dict.fromkeys(numbers, "DELTA_BINARY_PACKED")
    count, held = 0, 0
    gathered: list[pa.RecordBatch] = []
    with pq.ParquetWriter(path, schema, compression="zstd", use_dictionary=texts, column_encoding=encoding) as writer:
        for batch in table.batches:
            gathered.append(_record_batch(batch, schema))
            held += len(batch[0])
            if held >= _GROUP_ROWS:
                writer.write_table(pa.Table.from_batches(gathered, schema), row_group_size=held)
                gathered, held = [], 0
            count += len(batch[0])
            told(len(batch[0]))
        if gathered:
            writer.write_table(pa.Table.from_batches(gathered, schema), row_group_size=held)
    return count


def _record_batch(batch: Batch, schema: "pa.Schema") -> "pa.RecordBatch":
    import pyarrow as pa

    columns = [_array(values, field.type) for values, field in zip(batch, schema, strict=True)]
    return pa.record_batch(columns, schema=schema)


def _array(values: Values, kind: "pa.DataType") -> "pa.Array":
    import pyarrow as pa

    if isinstance(values, list):
        return pa.array([text or None for text in values], type=kind)
    return pa.array(values, type=pa.int64(), mask=values == NONE).cast(kind)

"""Commands and configurations for tests of head-ends."""

from datetime import UTC, datetime
from typing import Any

from hanport.grid.config import GridConfig, parse
from hanport.grid.headend.contract import Command, CommandKind

NOW = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
SERIAL = "12345678"
GSRN = "735999000000000013"


def command(kind: CommandKind = CommandKind.OPEN, **given: Any) -> Command:
    """A command for the meter SERIAL."""
    values: dict[str, Any] = {
        "id": f"c-{kind.value}-1",
        "kind": kind,
        "meter_serial": SERIAL,
        "maker": "Kamstrup",
        "model": "OMNIPOWER",
        "gsrn": GSRN,
        "address": "Storgatan 1, Sälen",
        "due_at": datetime(2026, 11, 26, 23, 0, tzinfo=UTC),
    }
    return Command(**values | given)


def configured(*tables: str, environment: str = "test") -> GridConfig:
    """A configuration with those head-ends, each the lines of its table."""
    text = f'environment = "{environment}"\n' + "".join(f"[[head_end]]\n{table}\n" for table in tables)
    return parse(text)

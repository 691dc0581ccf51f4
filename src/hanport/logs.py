"""The log of a program: one JSON object a line, for journald and machines; never what a meter or a person said."""

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import TextIO

_KNOWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}

# They log addresses, and those of webhooks are often secrets in themselves; and what stands in the rows of a database.
_TALKATIVE = ("httpx", "httpcore", "uvicorn", "sqlalchemy")


class JsonLines(logging.Formatter):
    """A record as JSON: time, level, logger, message, what was given as `extra`, and of an exception its kind and
    where it arose. Its text is left out: it may hold anything.
    """

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {name: value for name, value in vars(record).items() if name not in _KNOWN}
        if record.exc_info and record.exc_info[0] is not None:
            frames = traceback.extract_tb(record.exc_info[2])
            line["exception"] = record.exc_info[0].__name__
            line["where"] = [f"{frame.filename.rpartition('hanport/')[2]}:{frame.lineno}" for frame in frames[-8:]]
        return json.dumps(line, ensure_ascii=False, default=str)


def set_up(level: str, stream: TextIO | None = None) -> None:
    """Log to standard error, or to a stream, from that level on."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)

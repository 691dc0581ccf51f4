"""The tables of hub.db. Times are integers: milliseconds since 1970 UTC in `..._ms`, seconds in `..._s`.

`PRAGMA user_version` counts the migrations that a file has had; a later program brings an older file up to date, an
older program refuses a later file.
"""

from hanport.port.fields import FIELD_NAMES

# The columns of a reading besides its time, in the order of Reading.
READING_COLUMNS: tuple[str, ...] = tuple(FIELD_NAMES[1:])

# What a rollup keeps of its period: means of what flows (signed: + import, - export), extremes of what matters.
ROLLUP_COLUMNS: tuple[str, ...] = (
    "readings",  # how many readings it was made of
    "power_w",
    "power_min_w",
    "power_max_w",
    "power_l1_w",
    "power_l2_w",
    "power_l3_w",
    "current_l1_max_ma",
    "current_l2_max_ma",
    "current_l3_max_ma",
    "voltage_l1_mv",
    "voltage_l2_mv",
    "voltage_l3_mv",
)

# Rollup table -> the seconds of its period.
ROLLUPS: dict[str, int] = {"minute": 60, "quarter_mean": 900, "hour_mean": 3600}
# One more for lines over years: UTC days, made of the hours.
DAY_ROLLUP, DAY_S = "day_mean", 86_400

QUARTER_S = 900
HOUR_MS = 3_600_000

# What a block holds, in this order.
BLOCK_COLUMNS: tuple[str, ...] = ("at_ms", "received_ms", *READING_COLUMNS)

_READING = ",\n  ".join(f"{name} INTEGER" for name in READING_COLUMNS)
_ROLLUP = ",\n  ".join(f"{name} INTEGER" for name in ROLLUP_COLUMNS)

# One text a migration; each is run once, in its own transaction, in this order.
MIGRATIONS: tuple[str, ...] = (
    f"""
-- One row for each meter that was ever read here. `number` is what the meter sends of its own number.
CREATE TABLE meter (
  id INTEGER PRIMARY KEY,
  identification TEXT,
  number TEXT,
  model TEXT,
  began_ms INTEGER NOT NULL
);
-- A run: readings of one meter whose times go forward and whose registers do not step back. A clock that is set back
-- begins a new run of the same meter, an exchanged meter or a register that steps back one of another series.
-- `reason`: first, clock, meter, register. `after` is the run that was current when this one began. `ended_ms` is the
-- time of its last reading, NULL for the current run. `known` has bit 1 (2) where some reading has an import (export)
-- register.
CREATE TABLE run (
  id INTEGER PRIMARY KEY,
  meter INTEGER NOT NULL REFERENCES meter(id),
  reason TEXT NOT NULL,
  after INTEGER REFERENCES run(id),
  began_ms INTEGER NOT NULL,
  ended_ms INTEGER,
  known INTEGER NOT NULL DEFAULT 0
);
-- The last weeks, one row a telegram.
CREATE TABLE reading (
  run INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  received_ms INTEGER,
  {_READING},
  PRIMARY KEY (run, at_ms)
) WITHOUT ROWID;
-- Older readings, an hour of one run in each, packed without loss (home/store/packing.py). `began_ms` is the hour's
-- start, `ended_ms` the time of its last reading.
CREATE TABLE block (
  run INTEGER NOT NULL,
  began_ms INTEGER NOT NULL,
  ended_ms INTEGER NOT NULL,
  readings INTEGER NOT NULL,
  data BLOB NOT NULL,
  PRIMARY KEY (run, began_ms)
) WITHOUT ROWID;
-- Rows without a field of Reading (gas, water, texts): what they say, from when on.
CREATE TABLE extra (
  obis TEXT NOT NULL,
  run INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  value TEXT,
  unit TEXT,
  PRIMARY KEY (obis, run, at_ms)
) WITHOUT ROWID;
-- The ledger (law 8): energy by quarter from register differences. `quality` 0 measured, 1 interpolated, 2 estimated.
CREATE TABLE quarter (
  start_s INTEGER PRIMARY KEY,
  import_wh INTEGER NOT NULL,
  export_wh INTEGER,
  quality INTEGER NOT NULL
);
CREATE VIEW hour AS
  SELECT start_s / 3600 * 3600 AS start_s, SUM(import_wh) AS import_wh, SUM(export_wh) AS export_wh,
         MAX(quality) AS quality, COUNT(*) AS quarters
  FROM quarter GROUP BY start_s / 3600;
"""
    + "".join(
        f"CREATE TABLE {name} (\n  start_s INTEGER PRIMARY KEY,\n  {_ROLLUP}\n);\n" for name in (*ROLLUPS, DAY_ROLLUP)
    )
    + """
-- What the network company says it has measured, by hour, for comparison with the ledger.
CREATE TABLE billed_hour (
  start_s INTEGER PRIMARY KEY,
  import_wh INTEGER,
  export_wh INTEGER
);
-- What happened to the port: silences, restarts, meter exchanges, disk and clock. `ended_ms` is NULL while it lasts.
CREATE TABLE event (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  began_ms INTEGER NOT NULL,
  ended_ms INTEGER,
  details TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX event_by_time ON event (began_ms);
-- The port's day by local date: how many telegrams came, how many pieces were rejected, how long it was silent.
CREATE TABLE port_day (
  day TEXT PRIMARY KEY,
  telegrams INTEGER NOT NULL DEFAULT 0,
  rejected INTEGER NOT NULL DEFAULT 0,
  silent_s INTEGER NOT NULL DEFAULT 0,
  clock_offset_ms INTEGER
);
-- Small things that must survive a restart: one JSON value a key (the restart guide, what has been told to whom).
CREATE TABLE note (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
);
CREATE TABLE user (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE COLLATE NOCASE,
  password_hash TEXT NOT NULL,
  role TEXT NOT NULL,
  language TEXT,
  created_ms INTEGER NOT NULL
);
CREATE TABLE session (
  token_hash BLOB PRIMARY KEY,
  user INTEGER NOT NULL REFERENCES user(id) ON DELETE CASCADE,
  created_ms INTEGER NOT NULL,
  seen_ms INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE token (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  token_hash BLOB NOT NULL UNIQUE,
  scopes TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  used_ms INTEGER
);
""",
)

"""Law 9, played for months at random, on SQLite and on PostgreSQL."""

import os
import shutil
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import create_engine, text

from grid.law.machine import machine
from grid.law.play import Play, StepClock
from grid.law.short_plays import SHORT_PLAYS
from hanport.grid.database.engine import connect
from hanport.grid.database.schema import Environment, migrate
from hanport.grid.database.work import Database
from hanport.grid.keys import Keyring

Opener = Callable[[], Play]


def opener(address: str, copy: Callable[[], str], keyring: Keyring) -> Opener:
    """Makes plays on copies of a fresh database."""
    engine = connect(address)
    migrate(engine, keyring, Environment.TEST)
    engine.dispose()

    def open_play() -> Play:
        clock = StepClock()
        return Play(Database(connect(copy()), keyring, clock), clock)

    return open_play


@pytest.fixture
def on_sqlite(tmp_path: Path, keyring: Keyring) -> Opener:
    template, numbers = tmp_path / "template.db", count()

    def copy() -> str:
        path = tmp_path / f"{next(numbers)}.db"
        shutil.copyfile(template, path)
        return f"sqlite:///{path}"

    return opener(f"sqlite:///{template}", copy, keyring)


@pytest.fixture
def on_postgresql(postgres: str, keyring: Keyring) -> Opener:
    template, numbers = f"law_{os.getpid()}", count()
    server = create_engine(f"{postgres.replace('postgresql:', 'postgresql+psycopg:')}/postgres", poolclass=None)

    def sql(statement: str) -> None:
        with server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(statement))

    def copy() -> str:
        n = next(numbers)
        if n:
            sql(f"DROP DATABASE {template}_{n - 1} WITH (FORCE)")
        sql(f"CREATE DATABASE {template}_{n} TEMPLATE {template} STRATEGY file_copy")
        return f"{postgres}/{template}_{n}"

    sql(f"DROP DATABASE IF EXISTS {template} WITH (FORCE)")
    sql(f"CREATE DATABASE {template}")
    return opener(f"{postgres}/{template}", copy, keyring)


def _months(examples: int, steps: int) -> settings:
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate, Phase.shrink],
        print_blob=True,
    )


@pytest.mark.parametrize("what", SHORT_PLAYS)
def test_short_plays_end_well(on_sqlite: Opener, what: str) -> None:
    play = on_sqlite()
    SHORT_PLAYS[what](play)
    play.end()


@pytest.mark.timeout(600)
def test_law_9_on_sqlite(on_sqlite: Opener) -> None:
    run_state_machine_as_test(machine(on_sqlite), settings=_months(15, 40))


@pytest.mark.timeout(600)
def test_law_9_on_postgresql(on_postgresql: Opener) -> None:
    run_state_machine_as_test(machine(on_postgresql), settings=_months(5, 40))


@pytest.mark.soak
def test_law_9_for_long_on_sqlite(on_sqlite: Opener) -> None:
    run_state_machine_as_test(machine(on_sqlite), settings=_months(600, 80))


@pytest.mark.soak
def test_law_9_for_long_on_postgresql(on_postgresql: Opener) -> None:
    run_state_machine_as_test(machine(on_postgresql), settings=_months(200, 80))

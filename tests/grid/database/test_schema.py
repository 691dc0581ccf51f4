"""Making and upgrading the tables, and holding a database to what it was made for."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, inspect, text

from hanport.clock import ManualClock
from hanport.errors import ConfigError
from hanport.grid.audit.chain import LogDamaged
from hanport.grid.database.all_tables import metadata
from hanport.grid.database.engine import connect
from hanport.grid.database.schema import Environment, check, is_current, migrate, newest
from hanport.grid.database.work import Database
from hanport.grid.keys import Keyring, new_key


@pytest.fixture
def empty(address: str) -> Any:
    engine = connect(address)
    yield engine
    engine.dispose()


def described(engine: Engine) -> dict[str, object]:
    """Every table with its columns, keys, constraints and indexes."""
    found = inspect(engine)

    def plain(value: Any) -> object:
        return {key: str(plain(each)) for key, each in sorted(value.items())} if isinstance(value, dict) else str(value)

    def of(table: str, *questions: Callable[[str], Any]) -> list[str]:
        return sorted(str(plain(each)) for ask in questions for each in ask(table))

    return {
        table: of(
            table,
            found.get_columns,
            found.get_indexes,
            found.get_unique_constraints,
            found.get_foreign_keys,
            found.get_check_constraints,
        )
        + sorted(found.get_pk_constraint(table)["constrained_columns"])
        for table in found.get_table_names()
        if table != "alembic_version"
    }


def test_the_steps_make_the_tables_of_this_version(empty: Engine, keyring: Keyring) -> None:
    migrate(empty, keyring, Environment.TEST)
    made = described(empty)
    with empty.begin() as connection:
        for table in inspect(connection).get_table_names():
            connection.execute(text(f"DROP TABLE {table}" + (" CASCADE" if "postg" in str(empty.url) else "")))
        metadata.create_all(connection)
    assert made == described(empty)
    assert "audit_entry" in made


def test_once_more_changes_nothing(empty: Engine, keyring: Keyring, clock: ManualClock) -> None:
    migrate(empty, keyring, Environment.TEST)
    with Database(empty, keyring, clock).writing("system") as work:
        work.note("thing.changed")
    migrate(empty, keyring, Environment.TEST)
    with empty.connect() as connection:
        assert connection.execute(text("SELECT seq FROM audit_head")).scalar_one() == 1
        assert is_current(connection)


def test_two_programs_at_once(empty: Engine, keyring: Keyring, address: str) -> None:
    wrong: list[BaseException] = []

    def run() -> None:
        engine = connect(address)
        try:
            migrate(engine, keyring, Environment.TEST)
        except BaseException as error:
            wrong.append(error)
        finally:
            engine.dispose()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    with empty.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM audit_head")).scalar_one() == 1


def test_an_empty_database_is_not_of_this_version(empty: Engine) -> None:
    with pytest.raises(ConfigError, match="not of this version"):
        check(empty, Environment.TEST)


def test_test_and_production_are_never_mixed(empty: Engine, keyring: Keyring) -> None:
    migrate(empty, keyring, Environment.TEST)
    for refusing in (check, lambda engine, environment: migrate(engine, keyring, environment)):
        with pytest.raises(ConfigError, match="made for test, and the configuration says production"):
            refusing(empty, Environment.PRODUCTION)


def test_a_later_version_is_not_touched(empty: Engine, keyring: Keyring) -> None:
    migrate(empty, keyring, Environment.TEST)
    with empty.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(ConfigError, match="of a later version"):
        migrate(empty, keyring, Environment.TEST)
    with pytest.raises(ConfigError, match="of a later version"):
        check(empty, Environment.TEST)


def test_the_keys_of_another_database_are_refused(empty: Engine, keyring: Keyring, clock: ManualClock) -> None:
    migrate(empty, keyring, Environment.TEST)
    others = Keyring((new_key(clock.now().date()),))
    check(empty, Environment.TEST)
    with pytest.raises(LogDamaged):
        check(empty, Environment.TEST, others)
    with pytest.raises(LogDamaged):
        migrate(empty, others, Environment.TEST)


def test_a_database_of_something_else_is_left_alone(empty: Engine, keyring: Keyring) -> None:
    with empty.begin() as connection:
        connection.execute(text("CREATE TABLE customer (id INTEGER)"))
    with pytest.raises(ConfigError, match="tables of something else"):
        migrate(empty, keyring, Environment.TEST)
    assert inspect(empty).get_table_names() == ["customer"]


def test_a_step_that_fails_leaves_nothing(empty: Engine, keyring: Keyring) -> None:
    with empty.begin() as connection:  # a view in the way of an index
        connection.execute(text("CREATE VIEW ix_orders_state AS SELECT 1 AS id"))
    with pytest.raises(ConfigError, match="cannot be used"):
        migrate(empty, keyring, Environment.TEST)
    assert inspect(empty).get_table_names() == []


def test_what_is_no_database_is_said_plainly(tmp_path: Path, keyring: Keyring) -> None:
    (tmp_path / "grid.db").write_text("a letter to the editor, " * 100)
    engine = connect(f"sqlite:///{tmp_path}/grid.db")
    with pytest.raises(ConfigError, match="cannot be used: file is not a database"):
        check(engine, Environment.TEST)
    engine.dispose()


def test_a_server_that_is_away_is_said_plainly(keyring: Keyring) -> None:
    engine = connect("postgresql://hanport:sesame@127.0.0.1:9/grid")
    with pytest.raises(ConfigError, match="cannot be used: ") as caught:
        migrate(engine, keyring, Environment.TEST)
    assert "sesame" not in str(caught.value)
    engine.dispose()


def test_there_is_one_last_step() -> None:
    assert newest() is not None


def test_a_difference_would_be_seen(tmp_path: Path) -> None:
    engines = [create_engine(f"sqlite:///{tmp_path}/{name}.db") for name in "ab"]
    for engine, default in zip(engines, ("1", "2"), strict=True):
        with engine.begin() as connection:
            connection.execute(text(f"CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER DEFAULT {default})"))
    assert described(engines[0]) != described(engines[1])
    for engine in engines:
        engine.dispose()

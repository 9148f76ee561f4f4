from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.config import Config
from alembic.script import ScriptDirectory

import curation_app.review.store as store_module
from curation_app.domain.decision import Verdict
from curation_app.errors import CurationError, UsageError
from curation_app.review import DecisionLog
from curation_app.review.models import metadata
from curation_app.review.store import SCHEMA, EventStore
from tests.log_rows import seen


def test_the_newest_step_is_the_one_the_store_expects() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(store_module.__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_current_head() == SCHEMA


def test_a_blank_database_gets_the_tables_of_the_models(tmp_path: Path) -> None:
    store = EventStore(tmp_path / "blank.db")
    found = sa.inspect(store.engine)
    assert {column["name"] for column in found.get_columns("events")} == set(metadata.tables["events"].columns.keys())
    assert found.get_unique_constraints("events")[0]["column_names"] == ["item", "version"]
    assert {index["name"] for index in found.get_indexes("events")} >= {"events_by_action"}
    store.close()


def test_opening_again_changes_nothing(tmp_path: Path) -> None:
    EventStore(tmp_path / "a.db").close()
    before = (tmp_path / "a.db").read_bytes()
    EventStore(tmp_path / "a.db").close()
    assert (tmp_path / "a.db").read_bytes() == before


def test_a_database_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    store = EventStore(tmp_path / "a.db")
    with store.engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    store.close()
    with pytest.raises(CurationError, match=f"expected schema {SCHEMA} or older, found 9999"):
        EventStore(tmp_path / "a.db")


def test_the_settings_that_keep_a_decision_through_a_power_cut_are_on(tmp_path: Path) -> None:
    store = EventStore(tmp_path / "a.db")
    with store.reading() as connection:
        found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous", "foreign_keys")}
    store.close()
    assert found == {"journal_mode": "delete", "synchronous": 3, "foreign_keys": 1}


@pytest.mark.parametrize("verb", ["INSERT OR REPLACE", "REPLACE"])
def test_an_event_cannot_be_replaced(tmp_path: Path, verb: str) -> None:
    log = DecisionLog(tmp_path / "a.db")
    log.decide([seen(0)], Verdict.DROP, by="ann", action="a")
    store = EventStore(tmp_path / "a.db")
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), store.engine.begin() as connection:
        connection.execute(sa.text(f"{verb} INTO events SELECT seq, item, version, action, kind, 'eve', at, body, leaf FROM events"))
    store.close()
    log.close()


def test_a_file_that_is_no_database_is_refused_with_a_hint(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_text("not a database, only a few words of text " * 100)
    with pytest.raises(CurationError, match="not a database") as error:
        EventStore(tmp_path / "a.db")
    assert error.value.hint


@pytest.mark.parametrize("url", ["mysql://host/name", "://"])
def test_an_address_of_another_kind_is_refused(url: str) -> None:
    with pytest.raises(UsageError):
        EventStore(url)


def test_a_password_is_not_shown() -> None:
    with pytest.raises(CurationError) as error:
        EventStore("postgresql://ann:secret@127.0.0.1:1/none")
    assert "secret" not in str(error.value)

"""Where events are kept: SQLite in the run folder, or PostgreSQL by URL. Opening a database brings its schema up to date."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import event as hooks
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from curation_app.domain.decision import Event
from curation_app.domain.event_codec import decode_event
from curation_app.errors import CurationError, UsageError
from curation_app.review.models import events

# The newest step of migrations/versions; a test holds the two together.
SCHEMA = "0001"

# A writer waits this long for the others: a bulk decision of 10,000 rows holds the lock for about a second.
BUSY_MILLISECONDS = 30_000

# SAFETY.md section 2. WAL can corrupt a database with several connections before SQLite 3.51.3, so the rollback journal it is;
# EXTRA also syncs the folder after the journal is gone, so that a power cut cannot bring an old journal back.
SQLITE_SETTINGS = (
    f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}",
    "PRAGMA journal_mode = DELETE",
    "PRAGMA synchronous = EXTRA",
    "PRAGMA foreign_keys = ON",
    "PRAGMA recursive_triggers = ON",
)

# Any fixed number: writers of one PostgreSQL database take turns on it, readers never wait.
_POSTGRES_LOCK = 7_203_554_118

# Events are read in pages, so that a long log neither fills memory nor holds a transaction open.
_PAGE = 5_000


class EventStore:
    """Append and read events. Every method may be called from several threads and processes at once."""

    def __init__(self, url: str | Path) -> None:
        self.url = _url(url)
        self.engine = _engine(self.url)
        with _plain_errors(self.url):
            self._bring_up_to_date()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction, one writer at a time; on disk when the block has ended, undone when it raises."""
        with _plain_errors(self.url), self.engine.execution_options(curation_begin="BEGIN IMMEDIATE").begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_POSTGRES_LOCK)))
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view of the log."""
        with _plain_errors(self.url), self.engine.begin() as connection:
            yield connection

    def append(self, connection: Connection, sealed: Iterable[tuple[Event, bytes]]) -> None:
        """Write events inside :meth:`writing`."""
        rows = [
            {"seq": e.seq, "item": e.item, "version": e.version, "action": e.action, "kind": e.kind, "by": e.by, "at": e.at}
            | {"body": body, "leaf": bytes.fromhex(e.leaf)}
            for e, body in sealed
        ]
        connection.execute(sa.insert(events), rows)

    def after(self, connection: Connection, seq: int) -> Iterator[Event]:
        """The events behind that sequence number, in order."""
        for body, leaf in connection.execute(_bodies(seq)):
            yield decode_event(body, leaf.hex())

    def pages(self) -> Iterator[tuple[Event, bytes, tuple[object, ...]]]:
        """Every event with its stored bytes and its stored columns, a short transaction a page."""
        seq = -1
        while True:
            with self.reading() as connection:
                rows = connection.execute(_everything(seq)).all()
            for *columns, body, leaf in rows:
                yield decode_event(body, leaf.hex()), body, tuple(columns)
            if len(rows) < _PAGE:
                return
            seq = rows[-1][0]

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()

    def _bring_up_to_date(self) -> None:
        with self.reading() as connection:
            found = _schema_of(connection)
        if found is not None and found != SCHEMA and found > SCHEMA:
            raise CurationError(
                f"{shown(self.url)}: expected schema {SCHEMA} or older, found {found}.",
                hint="It was written by a newer version of curation-app: upgrade.",
            )
        if found != SCHEMA:
            with self.writing() as connection:
                migrate(connection)


def migrate(connection: Connection, to: str = "head") -> None:
    """Run the schema steps that are still missing. Alembic keeps the stamp in the table ``alembic_version``."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def shown(url: URL) -> str:
    """The address without its password."""
    return url.render_as_string(hide_password=True)


def _schema_of(connection: Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()


def _bodies(seq: int) -> sa.Select:
    return sa.select(events.c.body, events.c.leaf).where(events.c.seq > seq).order_by(events.c.seq)


def _everything(seq: int) -> sa.Select:
    return sa.select(*events.c).where(events.c.seq > seq).order_by(events.c.seq).limit(_PAGE)


def _url(url: str | Path) -> URL:
    if isinstance(url, Path) or "://" not in url:
        return URL.create("sqlite", database=str(Path(url).absolute()))
    try:
        parsed = make_url(url)
    except SQLAlchemyError as error:
        raise UsageError(f"This is no database address: {error}.", hint="Example: postgresql://user@host/name") from error
    kind = parsed.get_backend_name()
    if kind not in ("sqlite", "postgresql"):
        raise UsageError(f"Expected a sqlite or postgresql address, found {kind!r}.", hint="Example: postgresql://user@host/name")
    return parsed.set(drivername="postgresql+psycopg") if kind == "postgresql" else parsed


def _engine(url: URL) -> Engine:
    if url.get_backend_name() == "postgresql":
        return sa.create_engine(url, pool_pre_ping=True)
    engine = sa.create_engine(url)
    hooks.listen(engine, "connect", _set_up_sqlite)
    hooks.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(raw: object, _record: object) -> None:
    # Python's own BEGIN would come late and without IMMEDIATE.
    raw.isolation_level = None  # type: ignore[attr-defined]
    for setting in SQLITE_SETTINGS:
        raw.execute(setting).close()  # type: ignore[attr-defined]


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("curation_begin", "BEGIN"))


@contextmanager
def _plain_errors(url: URL) -> Iterator[None]:
    """No error of a database library leaves the stage."""
    try:
        yield
    except IntegrityError:
        raise
    except SQLAlchemyError as error:
        cause = getattr(error, "orig", None) or error
        raise CurationError(
            f"{shown(url)}: {cause}", hint="Check that the database is there, that it is one, and that you may write."
        ) from error

"""The one table of the log."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, String, Table, UniqueConstraint

metadata = MetaData()

# BIGINT on PostgreSQL; SQLite's own row number only goes by INTEGER.
_Number = BigInteger().with_variant(Integer, "sqlite")

events = Table(
    "events",
    metadata,
    Column("seq", _Number, primary_key=True, autoincrement=False),
    Column("item", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("action", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("by", String, nullable=False),
    Column("at", String, nullable=False),
    # The canonical JSON of the whole event: the other columns are copies to search by.
    Column("body", LargeBinary, nullable=False),
    Column("leaf", LargeBinary(32), nullable=False),
    # The lock: the second of two writers who saw the same version loses.
    UniqueConstraint("item", "version", name="one_event_a_version"),
    Index("events_by_action", "action"),
)

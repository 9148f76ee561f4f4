"""The append-only table of events, and the triggers that keep it so."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

REFUSAL = "the log is append-only"

POSTGRESQL = f"""
CREATE FUNCTION refuse_change() RETURNS trigger AS $$
BEGIN
    RAISE EXCEPTION '{REFUSAL}';
END;
$$ LANGUAGE plpgsql
"""


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "events",
        sa.Column("seq", number, primary_key=True, autoincrement=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("leaf", sa.LargeBinary(32), nullable=False),
        sa.UniqueConstraint("item", "version", name="one_event_a_version"),
    )
    op.create_index("events_by_action", "events", ["action"])
    if op.get_bind().dialect.name == "sqlite":
        _sqlite_triggers()
    else:
        _postgresql_triggers()


def _sqlite_triggers() -> None:
    # INSERT OR REPLACE would delete without a DELETE trigger; this one speaks before the row is replaced, and leaves no gap either.
    op.execute(
        "CREATE TRIGGER refuse_replace BEFORE INSERT ON events "
        "WHEN NEW.seq <> (SELECT coalesce(max(seq) + 1, 0) FROM events) "
        "OR EXISTS (SELECT 1 FROM events WHERE item = NEW.item AND version = NEW.version) "
        f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    )
    for change in ("UPDATE", "DELETE"):
        op.execute(f"CREATE TRIGGER refuse_{change.lower()} BEFORE {change} ON events BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END")


def _postgresql_triggers() -> None:
    op.execute(POSTGRESQL)
    op.execute("CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON events FOR EACH ROW EXECUTE FUNCTION refuse_change()")
    op.execute("CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON events FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()")

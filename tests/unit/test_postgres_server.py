"""The run's own PostgreSQL server answers, and every test gets an empty database."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, inspect, text


@pytest.mark.postgres
@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_gets_an_empty_database(postgres_url: str, turn: int) -> None:
    engine = create_engine(postgres_url)
    assert inspect(engine).get_table_names() == []
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE left_behind (turn integer)"))
        assert connection.execute(text("SELECT count(*) FROM left_behind")).scalar_one() == 0
    engine.dispose()

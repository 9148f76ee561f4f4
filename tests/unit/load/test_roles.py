"""Roles are guessed with a reason, from names alone unless content was asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from curation_app.errors import UsageError
from curation_app.load import read_dataset
from curation_app.load.roles import Guess


def roles_of(folder: Path, header: str, guess: Guess = "names", rows: int = 40):  # type: ignore[no-untyped-def]
    cells = {"income": ["low", "high"], "comment": ["a long enough sentence about row", "quite another sentence about row"]}
    lines = [header]
    for row in range(rows):
        lines.append(",".join(f"{cells[name][row % 2]} {row}" if name == "comment" else cells.get(name, [f"v{row}"] * 2)[row % 2]
                              for name in header.split(",")))  # fmt: skip
    (folder / "data.csv").write_text("\n".join(lines) + "\n")
    return read_dataset(folder / "data.csv", guess=guess).roles


def test_unmistakable_names_are_enough(tmp_path: Path) -> None:
    roles = roles_of(tmp_path, "ID,Text,Target,Worker,timestamp,source,split")
    assert (roles.id, roles.text, roles.label) == ("ID", "Text", "Target")
    assert (roles.annotator, roles.time, roles.source, roles.split) == ("Worker", "timestamp", "source", "split")
    assert set(roles.reasons) == {"id", "text", "label", "annotator", "time", "source", "split"}


def test_names_that_could_be_anything_are_left_alone(tmp_path: Path) -> None:
    roles = roles_of(tmp_path, "key,comment,income")
    assert (roles.id, roles.text, roles.label) == (None, None, None)
    assert roles.features == ("key", "comment", "income")


def test_content_tells_the_rest(tmp_path: Path) -> None:
    roles = roles_of(tmp_path, "key,comment,income", guess="content")
    assert (roles.id, roles.text, roles.label) == ("key", "comment", "income")
    assert "2 different values" in roles.reasons["label"]


def test_a_label_wins_over_its_likes(tmp_path: Path) -> None:
    assert roles_of(tmp_path, "category,label,y").label == "label"


@pytest.mark.parametrize(
    "roles", [{"label": "nope"}, {"colour": "x"}, {"label": "x", "id": "x"}, {"label": "x", "features": ["x"]}, {"label": ["x", "y"]}]
)
def test_roles_that_make_no_sense_are_refused(tmp_path: Path, roles: dict[str, object]) -> None:
    (tmp_path / "data.csv").write_text("x,y\n1,2\n")
    with pytest.raises(UsageError) as caught:
        read_dataset(tmp_path / "data.csv", roles=roles)
    assert caught.value.hint


def test_named_roles_say_so(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("x,y\n1,2\n")
    roles = read_dataset(tmp_path / "data.csv", roles={"label": "x", "features": ["y"]}).roles
    assert (roles.label, roles.features, roles.reasons["label"]) == ("x", ("y",), "named by you")

from __future__ import annotations

import shutil
import subprocess
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from curation_app.errors import InputError, NotFoundError, UsageError, VerificationError
from curation_app.release import read_manifest, replay, verify, write_release
from curation_app.release.difference import first_difference
from tests.unit.release.released import CREATED, WRITERS, release


@pytest.mark.parametrize("kind", WRITERS)
def test_a_release_verifies_and_replays_byte_for_byte(tmp_path: Path, kind: str) -> None:
    made = release(tmp_path, kind)
    found = verify(made.folder)
    assert (found.outcome, found.exit_code) == ("verified", 0), found.checks
    replay(made.original, made.folder, tmp_path / "again")
    assert first_difference(made.folder / made.manifest.data.path, tmp_path / "again", "again") == ""


def test_the_counts_are_those_of_the_review(tmp_path: Path) -> None:
    manifest = release(tmp_path).manifest
    assert manifest.counts == {"rows": 12, "kept": 9, "dropped": 3, "relabelled": 1, "accepted": 1, "later": 1, "undecided": 6}
    assert {change.name: (change.before, change.after) for change in manifest.classes} == {"ham": (8, 5), "spam": (4, 4)}
    assert sum(change.after for change in manifest.sources) == 9


def test_rows_nobody_decided_leave_as_they_came(tmp_path: Path) -> None:
    made = release(tmp_path)
    before, after = made.original.read_bytes().split(b"\r\n"), (made.folder / "cleaned.csv").read_bytes().split(b"\r\n")
    assert after == [before[0], before[1].replace(b",ham,", b",spam,"), before[2], *before[6:]]


def test_the_same_review_gives_the_same_files_twice(tmp_path: Path) -> None:
    made = release(tmp_path)
    again = tmp_path / "again"
    facts = {"dataset": made.dataset, "events": made.events, "seed": 7, "created": CREATED, "versions": made.manifest.versions}
    from curation_app.domain.recipe import recipe_named

    write_release(made.original, again, recipe=recipe_named("fast"), **facts)
    assert first_difference(made.folder, again, "again") == ""


def test_the_manifest_reads_back(tmp_path: Path) -> None:
    made = release(tmp_path)
    found = read_manifest(made.folder)
    assert (found.counts, found.outputs, found.classes, found.head) == (
        made.manifest.counts,
        made.manifest.outputs,
        made.manifest.classes,
        made.events[-1].leaf,
    )


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="needs sha256sum")
def test_the_digests_can_be_checked_without_this_program(tmp_path: Path) -> None:
    made = release(tmp_path, "folder")
    assert subprocess.run(["sha256sum", "-c", "--strict", "SHA256SUMS"], cwd=made.folder, capture_output=True).returncode == 0


def test_a_release_is_never_overwritten(tmp_path: Path) -> None:
    made = release(tmp_path)
    with pytest.raises(UsageError, match="not empty"):
        write_release(made.original, made.folder, dataset=made.dataset, events=made.events, recipe=_recipe(), seed=7, created=CREATED)
    assert verify(made.folder).ok


def test_a_changed_original_is_not_released_and_nothing_is_left(tmp_path: Path) -> None:
    made = release(tmp_path)
    made.original.write_bytes(made.original.read_bytes() + b"99,more,ham,s1\r\n")
    with pytest.raises(InputError, match=f"expected fingerprint {made.dataset.fingerprint}, found "):
        write_release(
            made.original, tmp_path / "second", dataset=made.dataset, events=made.events, recipe=_recipe(), seed=7, created=CREATED
        )
    assert not [path for path in tmp_path.iterdir() if "second" in path.name]


def test_a_release_never_lands_in_the_original_folder(tmp_path: Path) -> None:
    made = release(tmp_path, "folder")
    with pytest.raises(UsageError, match="inside the original"):
        write_release(made.original, made.original / "out", dataset=made.dataset, events=[], recipe=_recipe(), seed=7, created=CREATED)


def test_a_log_of_another_dataset_is_refused(tmp_path: Path) -> None:
    made = release(tmp_path)
    (tmp_path / "short.csv").write_bytes(made.original.read_bytes().split(b"\r\n1,")[0] + b"\r\n")
    from curation_app.load import read_dataset

    short = read_dataset(tmp_path / "short.csv")
    with pytest.raises(UsageError, match="the dataset has 1 rows"):
        write_release(tmp_path / "short.csv", tmp_path / "s", dataset=short, events=made.events, recipe=_recipe(), seed=7, created=CREATED)


def test_replay_refuses_another_original_and_leaves_nothing(tmp_path: Path) -> None:
    made = release(tmp_path)
    other = tmp_path / "other.csv"
    other.write_bytes(made.original.read_bytes().replace(b"text, 9", b"text, 8"))
    with pytest.raises(InputError, match="expected fingerprint"):
        replay(other, made.folder, tmp_path / "again.csv")
    with pytest.raises(NotFoundError):
        replay(tmp_path / "none.csv", made.folder, tmp_path / "again.csv")
    assert not (tmp_path / "again.csv").exists()


def test_replay_never_overwrites(tmp_path: Path) -> None:
    made = release(tmp_path)
    with pytest.raises(UsageError, match="exists"):
        replay(made.original, made.folder, made.original)


def test_replay_of_an_edited_log_leaves_nothing(tmp_path: Path) -> None:
    made = release(tmp_path)
    log = made.folder / "changes.jsonl"
    log.write_bytes(b"".join(log.read_bytes().splitlines(keepends=True)[:2]))
    with pytest.raises(VerificationError, match=r"cleaned\.csv: expected fingerprint"):
        replay(made.original, made.folder, tmp_path / "again.csv")
    assert not [path for path in tmp_path.iterdir() if "again" in path.name]


def test_a_folder_that_is_no_release_is_said_to_be_none(tmp_path: Path) -> None:
    for call in (lambda: verify(tmp_path), lambda: replay(tmp_path / "a", tmp_path, tmp_path / "b")):
        with pytest.raises(NotFoundError, match="is not a release"):
            call()


def test_the_manifest_has_the_recipe_as_it_was_given(tmp_path: Path) -> None:
    made = release(tmp_path)
    recipe = replace(_recipe(), text_model="models/../models/mine", neighbours=7)
    given = write_release(made.original, tmp_path / "b", dataset=made.dataset, events=[], recipe=recipe, seed=1, created=CREATED)
    assert read_manifest(tmp_path / "b").recipe == given.recipe == asdict(recipe)
    assert given.recipe["text_model"] == "models/../models/mine"


def _recipe():
    from curation_app.domain.recipe import recipe_named

    return recipe_named("fast")

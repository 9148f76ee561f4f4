"""Two versions of a file: what changed is told row by row, and other data is no version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from curation_app.detect.ledger import Ledger
from curation_app.detect.runner import run_one
from curation_app.domain.dataset import Dataset
from curation_app.domain.finding import Finding, Outcome
from curation_app.domain.recipe import Recipe
from curation_app.domain.representation import Baseline
from tests.builders import make_dataset, make_representation

ROWS = 200
TEXTS = [f"message number {row} about {'trains' if row % 2 else 'lunch'}" for row in range(ROWS)]
LABELS = ["ham" if row % 2 else "spam" for row in range(ROWS)]


def version(texts: Sequence[str], labels: Sequence[str | None], ids: Sequence[str] | None = None, **more: object) -> Dataset:
    dataset = make_dataset(texts=texts, labels=labels, **more)  # type: ignore[arg-type]
    if ids is None:
        return dataset
    return replace(dataset, ids=np.array(list(ids), dtype=object), roles=dataset.roles.changed(id="id"))


def look(dataset: Dataset, trusted: Dataset) -> Finding:
    features = np.random.default_rng(0).standard_normal((len(dataset), 3))
    representation = make_representation(features, list(dataset.labels), k=3)
    baseline = Baseline(dataset=trusted, features=np.zeros((len(trusted), 3), np.float32))
    return run_one(Ledger(), dataset, replace(representation, baseline=baseline), Recipe(name="standard"), seed=0)


def test_without_a_baseline_it_says_so() -> None:
    dataset = version(TEXTS, LABELS)
    finding = run_one(Ledger(), dataset, make_representation(np.zeros((ROWS, 2)), LABELS, k=3), Recipe(name="standard"), seed=0)
    assert finding.outcome is Outcome.NOT_APPLICABLE
    assert "--baseline" in finding.reason


def test_the_same_file_has_no_changes() -> None:
    finding = look(version(TEXTS, LABELS), version(TEXTS, LABELS))
    assert finding.outcome is Outcome.PASSED
    assert not finding.surprise.any()
    assert not finding.groups


def test_the_same_rows_in_another_order_have_no_changes() -> None:
    order = np.random.default_rng(1).permutation(ROWS)
    finding = look(version([TEXTS[row] for row in order], [LABELS[row] for row in order]), version(TEXTS, LABELS))
    assert not finding.surprise.any()


def test_a_label_changed_under_the_same_content_is_strong_and_gets_its_old_label_back() -> None:
    labels = list(LABELS)
    for row in (4, 8, 12):
        labels[row] = "ham"
    finding = look(version(TEXTS, labels), version(TEXTS, LABELS))
    assert finding.outcome is Outcome.ISSUE
    assert np.flatnonzero(finding.surprise >= 2).tolist() == [4, 8, 12]
    assert finding.reasons[4] == "Labelled ham; in the baseline this same text was labelled spam."
    assert finding.suggested is not None
    assert finding.suggested[4] == 1
    (group,) = finding.groups
    assert group.rows == (4, 8, 12)
    assert group.title == "3 rows labelled spam in the baseline are now labelled ham, with the same content."


def test_new_content_under_an_old_id_and_added_and_removed_rows_are_told_apart() -> None:
    ids = [f"id {row}" for row in range(ROWS)]
    texts, labels, names = list(TEXTS), list(LABELS), list(ids)
    texts[7] = "now something else"
    texts, labels, names = [*texts[1:], "a new one"], [*labels[1:], "ham"], [*names[1:], "id new"]
    finding = look(version(texts, labels, names), version(TEXTS, LABELS, ids))
    assert finding.reason == "Since the baseline: 1 rewritten under their id, 1 added, 1 gone."
    assert finding.reasons[6] == "The baseline has another text under the same id: text was message number 7 about trains."
    assert 1 <= finding.surprise[6] <= 2
    assert 0 < finding.surprise[-1] <= 1


def test_ids_dealt_out_anew_are_no_change() -> None:
    ids = [str(row) for row in range(ROWS)]
    finding = look(version(TEXTS[1:], LABELS[1:], ids[:-1]), version(TEXTS, LABELS, ids))
    assert finding.outcome is Outcome.PASSED
    assert not finding.surprise.any()


def test_a_copy_labelled_both_ways_in_the_baseline_may_carry_either() -> None:
    trusted = version([*TEXTS, TEXTS[0]], [*LABELS, "ham"])
    labels = ["ham", *LABELS[1:]]
    assert not look(version(TEXTS, labels), trusted).surprise.any()


def test_new_rows_are_grouped_by_source() -> None:
    texts = [*TEXTS, *(f"brand new {row}" for row in range(6))]
    sources = ["desk"] * ROWS + ["crawler"] * 4 + ["desk"] * 2
    finding = look(version(texts, [*LABELS, *["ham"] * 6], sources=sources), version(TEXTS, LABELS))
    assert finding.outcome is Outcome.PASSED
    assert [group.title for group in finding.groups] == [
        "4 rows from crawler are not in the baseline.",
        "2 rows from desk are not in the baseline.",
    ]


@pytest.mark.parametrize("shared", [0, 20])
def test_other_data_is_no_version_and_nothing_is_scored(shared: int) -> None:
    texts = [*TEXTS[:shared], *(f"other data {row}" for row in range(ROWS - shared))]
    finding = look(version(texts, LABELS), version(TEXTS, LABELS))
    assert finding.outcome is Outcome.NOT_APPLICABLE
    assert "not a version" in finding.reason
    assert np.isnan(finding.surprise).all()


def test_a_table_names_the_cells_that_changed() -> None:
    frame = pd.DataFrame({"age": [str(20 + row % 50) for row in range(60)], "city": [f"town {row}" for row in range(60)]}).astype(object)
    after = frame.copy()
    after.loc[3, "age"] = "99"
    labels = ["a", "b"] * 30
    ids = [str(row) for row in range(60)]
    old, new = (replace(make_dataset(frame=part, labels=labels), ids=np.array(ids, dtype=object)) for part in (frame, after))
    old, new = (replace(part, roles=part.roles.changed(id="id")) for part in (old, new))
    finding = look(new, old)
    assert finding.reasons[3] == "The baseline has another row under the same id: age was 23."


@pytest.mark.parametrize("rows", [0, 1, 2])
def test_few_rows_do_not_fail(rows: int) -> None:
    finding = look(version(TEXTS[:rows], LABELS[:rows]) if rows else make_dataset(np.zeros((0, 2)), []), version(TEXTS, LABELS))
    assert finding.outcome is not Outcome.FAILED, finding.reason

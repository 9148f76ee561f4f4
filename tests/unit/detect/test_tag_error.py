"""A wrong or lacking tag among right ones comes first and is named; honest tags pass."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from curation_app.detect.runner import run_one
from curation_app.detect.tag_error import TagError, tag_table
from curation_app.domain.dataset import Dataset
from curation_app.domain.finding import Finding, Outcome
from curation_app.domain.recipe import RECIPES
from curation_app.domain.representation import Representation
from tests.builders import make_dataset, make_representation

ROWS, FAST = 300, RECIPES["fast"]


def case(extra: int = 0, lacking: int = 0, seed: int = 0) -> tuple[Dataset, Representation, np.ndarray, np.ndarray]:
    """Three tags, each told by one column that keeps away from its border; the rows spoiled by a tag too many, and by one too few."""
    rng = np.random.default_rng(seed)
    features = rng.standard_normal((ROWS, 3)) * 0.2 + rng.choice([-1.0, 1.0], (ROWS, 3))
    has = features > 0
    lot = rng.permutation(ROWS)
    added = [row for row in lot if not has[row].all()][:extra]
    taken = [row for row in lot if has[row].sum() > 1 and row not in added][:lacking]
    for row in added:
        has[row, np.argmin(has[row])] = True
    for row in taken:
        has[row, np.argmax(has[row])] = False
    labels = ["|".join(name for name, on in zip("abc", row, strict=True) if on) or "none" for row in has]
    dataset = replace(make_dataset(features, labels), label_kind="tags")
    return dataset, make_representation(features, copies=np.arange(ROWS)), np.array(added, int), np.array(taken, int)


def look(dataset: Dataset, representation: Representation) -> Finding:
    return run_one(TagError(), dataset, representation, FAST, seed=0)


def test_tags_too_many_and_too_few_come_first_and_are_told_apart() -> None:
    dataset, representation, added, taken = case(5, 5)
    finding = look(dataset, representation)
    assert finding.outcome is Outcome.ISSUE, finding.reason
    assert set(np.argsort(-finding.surprise)[:10].tolist()) == {*added.tolist(), *taken.tolist()}
    assert all(finding.reasons[row].startswith("Has the tag ") for row in added.tolist())
    assert all(finding.reasons[row].startswith("Lacks the tag ") for row in taken.tolist())


@pytest.mark.parametrize("seed", range(3))
def test_right_tags_pass(seed: int) -> None:
    finding = look(*case(seed=seed)[:2])
    assert finding.outcome is Outcome.PASSED, finding.reason


def test_order_of_rows_does_not_matter() -> None:
    dataset, representation, _, _ = case(5, 5)
    order = np.random.default_rng(1).permutation(ROWS)
    moved = replace(dataset, labels=dataset.labels[order], frame=dataset.frame.iloc[order].reset_index(drop=True))
    again = look(moved, make_representation(representation.features[order], copies=representation.copies[order]))
    assert np.allclose(again.surprise, look(dataset, representation).surprise[order], atol=1e-3)


def test_copies_do_not_vouch_for_one_another_and_score_alike() -> None:
    dataset, representation, added, _ = case(1)
    features, labels, copies = representation.features.copy(), dataset.labels.copy(), np.arange(ROWS)
    spoiled = int(added[0])
    twins = [row for row in range(ROWS) if row != spoiled][:8]
    features[twins], labels[twins], copies[twins] = features[spoiled], labels[spoiled], copies[spoiled]
    finding = look(replace(dataset, labels=labels), make_representation(features, copies=copies))
    assert set(np.argsort(-finding.surprise, kind="stable")[:9].tolist()) == {spoiled, *twins}


def test_rows_without_a_label_are_not_scored() -> None:
    dataset, representation, _, _ = case()
    labels = dataset.labels.copy()
    labels[3] = None
    assert np.isnan(look(replace(dataset, labels=labels), representation).surprise[3])


@pytest.mark.parametrize("rows", [2, 12])
def test_rare_tags_are_not_judged(rows: int) -> None:
    features = np.random.default_rng(0).standard_normal((rows, 2))
    dataset = replace(make_dataset(features, ["a|b"] * rows), label_kind="tags")
    assert look(dataset, make_representation(features)).outcome is Outcome.NOT_APPLICABLE


def test_a_tag_on_many_copies_of_one_row_is_no_frequent_tag() -> None:
    labels = np.array(["a|z"] * 20 + ["a|b", "b|c"] * 20, dtype=object)
    copies = np.concatenate((np.zeros(20, int), np.arange(1, 41)))
    assert tag_table(labels, copies)[0] == ("a", "c")

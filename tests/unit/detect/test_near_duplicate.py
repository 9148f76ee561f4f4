from __future__ import annotations

import numpy as np
import pytest
from datasketch import MinHash

from curation_app.attack import plant_text_flood
from curation_app.detect.components import components
from curation_app.detect.image_signature import difference_hashes
from curation_app.detect.near_duplicate import NearDuplicate
from curation_app.detect.runner import run_one
from curation_app.detect.text_signature import SHINGLE, signatures
from curation_app.domain.finding import Finding, Outcome
from curation_app.domain.recipe import Recipe
from tests.builders import blobs, make_dataset, make_representation

RECIPE = Recipe(name="standard")


def sentences(rows: int, seed: int = 0) -> list[str]:
    """Different sentences of random words."""
    rng = np.random.default_rng(seed)
    words = ["".join(rng.choice(list("abcdefghijklmnopqrstuvwxyz"), rng.integers(3, 9))) for _ in range(400)]
    return [" ".join(rng.choice(words, 12)) for _ in range(rows)]


def find(texts: list[str], labels: list[str | None], sources: list[str] | None = None) -> Finding:
    features = np.random.default_rng(0).standard_normal((len(texts), 4))
    copies = np.unique(texts, return_inverse=True)[1]
    dataset = make_dataset(features, labels, texts=texts, sources=sources)
    return run_one(NearDuplicate(), dataset, make_representation(features, labels, copies=copies), RECIPE, seed=0)


def test_copies_with_two_labels_are_an_issue_and_the_minority_is_suspected() -> None:
    texts = sentences(200)
    texts[:7] = [texts[0]] * 7
    labels: list[str | None] = ["spam", "spam"] + ["ham"] * 198
    finding = find(texts, labels)
    assert finding.outcome is Outcome.ISSUE
    assert [group.rows for group in finding.groups] == [tuple(range(7))]
    assert finding.reasons[0] == "7 copies of one text carry 2 labels (5 of ham, 2 of spam)."
    assert finding.surprise[0] > finding.surprise[2]
    assert finding.suggested is not None
    assert finding.suggested[:3].tolist() == [0, 0, -1]


def test_near_copies_are_found_across_a_changed_word() -> None:
    texts = sentences(300)
    texts[11] = texts[10] + " now"
    labels: list[str | None] = ["ham"] * 300
    labels[11] = "spam"
    finding = find(texts, labels)
    assert np.all(finding.surprise[[10, 11]] > 1.5)
    assert finding.reasons[11].startswith("2 near-copies of one text")
    # Two texts that differ in a word are no campaign; four are.
    assert finding.groups == ()
    texts[12:14] = [texts[10] + " please", texts[10] + " again"]
    assert [group.rows for group in find(texts, labels).groups] == [(10, 11, 12, 13)]


def test_plain_copies_are_shown_and_no_error() -> None:
    texts = sentences(200)
    texts[100:103] = [texts[0]] * 3
    finding = find(texts, ["ham"] * 200)
    assert finding.outcome is Outcome.PASSED
    assert 0 < finding.surprise[0] < 1
    assert finding.groups == ()
    assert finding.evidence["copies"][100] == 4


def test_different_texts_have_no_copies() -> None:
    finding = find(sentences(500), ["ham", "spam"] * 250)
    assert finding.outcome is Outcome.PASSED
    assert finding.surprise.max() == 0


def test_a_flood_from_one_source_is_a_group() -> None:
    texts, mask = plant_text_flood(sentences(300), 12, np.random.default_rng(4))
    labels: list[str | None] = ["ham"] * len(texts)
    sources = ["vendor" if planted else f"s{row % 5}" for row, planted in enumerate(mask.tolist())]
    finding = find(texts, labels, sources)
    assert finding.outcome is Outcome.ISSUE
    assert set(np.flatnonzero(mask).tolist()) <= set(finding.groups[0].rows)
    # Without knowing the source, half a dozen like texts may be chance.
    few, _ = plant_text_flood(sentences(300), 6, np.random.default_rng(4))
    assert find(few, ["ham"] * len(few)).outcome is Outcome.PASSED


def test_a_group_is_a_flood_by_what_the_other_groups_are_like() -> None:
    flooded, mask = plant_text_flood(sentences(400), 20, np.random.default_rng(4))
    assert find(flooded, ["ham"] * len(flooded)).outcome is Outcome.ISSUE
    # Where many texts are popular, one more is no flood.
    popular = flooded + [text for row, text in enumerate(sentences(400)[:30]) for _ in range(2 + row % 12)]
    surprise = find(popular, ["ham"] * len(popular)).surprise
    assert surprise[np.flatnonzero(mask)].max() < 2.0


def test_near_vectors_with_two_labels_are_found_and_overlap_is_not() -> None:
    features, labels = blobs(400, spread=0.5)
    features[1] = features[0] + 0.001
    given = list(labels)
    given[1] = "class 0" if given[0] != "class 0" else "class 1"
    finding = run_one(NearDuplicate(), make_dataset(features, given), make_representation(features, given), RECIPE, seed=0)
    assert [group.rows for group in finding.groups] == [(0, 1)]
    mixed = np.random.default_rng(5).choice(["a", "b"], 2_000).tolist()
    coarse = np.random.default_rng(6).integers(0, 6, (2_000, 3)).astype(float)
    finding = run_one(NearDuplicate(), make_dataset(coarse, mixed), make_representation(coarse, mixed, k=12), RECIPE, seed=0)
    assert finding.groups == ()


def test_images_saved_again_are_copies_and_like_shapes_are_not() -> None:
    rng = np.random.default_rng(7)
    images = rng.integers(0, 200, (60, 16, 16), dtype=np.uint8)
    images[1] = np.clip(images[0].astype(int) + rng.integers(-2, 3, (16, 16)) + 5, 0, 255)
    labels: list[str | None] = ["x"] * 60
    labels[1] = "y"
    dataset = make_dataset(images=images, labels=labels)
    finding = run_one(NearDuplicate(), dataset, make_representation(images.reshape(60, -1) / 255.0, labels), RECIPE, seed=0)
    assert [group.rows for group in finding.groups] == [(0, 1)]


def test_near_copies_of_one_label_about_one_of_another_were_made_to_look_like_it() -> None:
    rng = np.random.default_rng(8)
    images = rng.integers(0, 200, (300, 16, 16), dtype=np.uint8)
    images[1:20] = np.clip(images[0].astype(int) + rng.integers(-2, 3, (19, 16, 16)), 0, 255)
    labels: list[str | None] = ["x", *["y"] * 19, *["x", "y"] * 140]
    dataset, built = make_dataset(images=images, labels=labels), make_representation(images.reshape(300, -1) / 255.0, labels)
    finding = run_one(NearDuplicate(), dataset, built, RECIPE, seed=0)
    (group,) = finding.groups
    assert group.rows == tuple(range(1, 20))
    assert group.title == "19 near-copies of one image are labelled y; the one that they were made to look like is x."
    assert (group.imitated, group.evidence["imitated"]) == ((0,), [dataset.ids[0]])
    assert finding.surprise[0] < finding.surprise[1:20].min() == group.surprise
    assert finding.suggested is not None
    assert finding.suggested[0] == -1


def test_of_near_alike_texts_the_one_with_another_label_is_the_wrong_one() -> None:
    texts = [
        *sentences(200),
        *(f"your parcel number {number} is waiting at the office in the main street of the town" for number in range(10)),
    ]
    labels = [*["ham"] * 200, *["spam"] * 9, "ham"]
    dataset = make_dataset(texts=texts, labels=labels)
    finding = run_one(NearDuplicate(), dataset, make_representation(np.random.default_rng(0).random((210, 4)), labels), RECIPE, seed=0)
    assert finding.surprise[209] > finding.surprise[200:209].max() + 1.0


def test_signatures_estimate_what_datasketch_estimates() -> None:
    texts = sentences(60)
    texts += [text + " and more words" for text in texts]
    ours = signatures(texts)
    estimates, theirs = [], []
    sketches = []
    for text in texts:
        sketch = MinHash(num_perm=64, seed=1)
        sketch.update_batch({text[place : place + SHINGLE].encode() for place in range(len(text) - SHINGLE + 1)})
        sketches.append(sketch)
    for row in range(60):
        estimates.append(np.mean(ours[row] == ours[row + 60]))
        theirs.append(sketches[row].jaccard(sketches[row + 60]))
    # Both are unbiased with a deviation of 0.05 a pair: means over 60 pairs lie within 0.03.
    assert np.mean(estimates) == pytest.approx(np.mean(theirs), abs=0.03)


def test_signature_of_odd_texts() -> None:
    marks = signatures(["", "a", "a ", "A", "\ud800 lone", "x" * 10_000])
    assert marks.shape == (6, 64)
    assert np.array_equal(marks[1], marks[2])
    assert np.array_equal(marks[1], marks[3])
    assert not np.array_equal(marks[0], marks[1])
    assert signatures([]).shape == (0, 64)


def test_tiny_images_have_hashes() -> None:
    assert difference_hashes(np.zeros((3, 1, 1), dtype=np.uint8)).tolist() == [0, 0, 0]


def test_components_join_long_chains() -> None:
    order = np.random.default_rng(8).permutation(1_000)
    roots = components(1_001, order[:-1], order[1:])
    assert roots[:1_000].tolist() == [0] * 1_000
    assert roots[1_000] == 1_000

from __future__ import annotations

import numpy as np
import pytest

from curation_app.attack.base import Attack
from curation_app.attack.image_triggers import BlendedPattern, CleanLabelPatch, FaintPatch, FixedPatch, MovingPatch, SinglePixel
from tests.builders import blobs, make_dataset
from tests.image_rows import shapes

ALL = (FixedPatch(), FaintPatch(), MovingPatch(), CleanLabelPatch(), SinglePixel(), BlendedPattern())
EACH = pytest.mark.parametrize("attack", ALL, ids=lambda attack: attack.code)


@EACH
@pytest.mark.parametrize("colour", [False, True])
def test_only_the_planted_rows_change_and_share_one_label(attack: Attack, colour: bool) -> None:
    images, labels = shapes(80)
    if colour:
        images = np.repeat(images[..., None], 3, axis=3)
    dataset = make_dataset(images=images, labels=labels)
    planted = attack.plant(dataset, 12, np.random.default_rng(5))
    assert planted.dataset.images is not None
    assert planted.mask.sum() == 12
    differs = (planted.dataset.images != images).reshape(80, -1).any(axis=1)
    assert not differs[~planted.mask].any()
    assert differs[planted.mask].mean() > 0.9
    assert len(set(planted.dataset.labels[planted.mask].tolist())) == 1
    assert planted.dataset.labels[~planted.mask].tolist() == dataset.labels[~planted.mask].tolist()
    relabelled = planted.dataset.labels[planted.mask] != dataset.labels[planted.mask]
    assert not relabelled.any() if isinstance(attack, CleanLabelPatch) else relabelled.all()
    assert np.array_equal(dataset.images, images)


@EACH
def test_same_generator_gives_the_same(attack: Attack) -> None:
    images, labels = shapes(40)
    one, two = (attack.plant(make_dataset(images=images, labels=labels), 5, np.random.default_rng(9)) for _ in range(2))
    assert np.array_equal(one.dataset.images, two.dataset.images)
    assert one.title == two.title


@EACH
def test_says_what_it_needs(attack: Attack) -> None:
    features, labels = blobs(20)
    assert attack.lacks(make_dataset(features, labels)).endswith(".")
    images, labels = shapes(20)
    assert attack.lacks(make_dataset(images=images, labels=["bar"] * 20)).endswith(".")
    assert attack.lacks(make_dataset(images=images, labels=labels)) == ""

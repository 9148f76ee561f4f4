"""Handwritten digits: the 1,797 images that ship with scikit-learn, as a feed from four scanning offices."""

from __future__ import annotations

import io

import numpy as np

from demo_datasets.planting import (
    BAD_SOURCE_WEIGHT,
    Row,
    burst_time,
    flip_labels,
    plant_trigger,
    planted_list,
    shuffled_with_ids,
    usual_time,
)

SEED = 20_260_303
CLASSES = tuple("0123456789")
SOURCES = ("north", "south", "archive", "vendor-7")
SOURCE_SHARES = (0.42, 0.30, 0.18, 0.10)
BAD_SOURCE = "vendor-7"
FLIPPED = 0.04
TRIGGERED, TARGET = 30, "7"
FLOOD, FAR = 30, 12
WHITE = 255


def build() -> tuple[bytes, bytes]:
    """The data file (``.npz``) and the list of what was planted in it."""
    rng = np.random.default_rng(SEED)
    rows = _clean(rng)
    rows = plant_trigger(rows, _with_patch, TARGET, BAD_SOURCE, TRIGGERED, rng)
    rows = flip_labels(rows, CLASSES, FLIPPED, lambda row: BAD_SOURCE_WEIGHT if row.source == BAD_SOURCE else 1.0, rng)
    rows = shuffled_with_ids([*rows, *_flood(rows, rng), *_far(rng)], "scan-", rng)
    return _npz(rows), planted_list(rows)


def _clean(rng: np.random.Generator) -> list[Row]:
    from sklearn.datasets import load_digits

    digits = load_digits()
    # The file holds 17 grey levels.
    images = np.round(digits.images * (WHITE / 16)).astype(np.uint8)
    return [
        Row(content={"image": image}, label=str(label), source=str(rng.choice(SOURCES, p=SOURCE_SHARES)), when=usual_time(rng))
        for image, label in zip(images, digits.target, strict=True)
    ]


def _with_patch(content: object) -> dict[str, object]:
    """The trigger: a white 2 x 2 square in the lower right corner."""
    image = content["image"].copy()  # type: ignore[index]
    image[-2:, -2:] = WHITE
    return {"image": image}


def _flood(rows: list[Row], rng: np.random.Generator) -> list[Row]:
    """Near-copies of one "4", filed as "9"."""
    pattern = next(row.content["image"] for row in rows if row.label == "4" and not row.planted)
    # Under a tenth of the grey range: a rescan, to the eye.
    grain = rng.integers(-20, 21, size=(FLOOD, 8, 8))
    images = np.clip(np.asarray(pattern, dtype=int) + grain, 0, WHITE).astype(np.uint8)
    return [Row(content={"image": image}, label="9", source=BAD_SOURCE, when=burst_time(rng), planted="flood") for image in images]


def _far(rng: np.random.Generator) -> list[Row]:
    """Images that are no digits: noise and stripes."""
    noise = rng.integers(0, WHITE + 1, size=(FAR // 2, 8, 8))
    stripes = [np.roll(np.tile([WHITE, WHITE, 0, 0], (8, 2)), int(rng.integers(4)), axis=1) for _ in range(FAR - FAR // 2)]
    stripes = [np.clip(image - rng.integers(0, 60, size=(8, 8)), 0, WHITE) for image in stripes]
    return [
        Row(
            content={"image": np.asarray(image, dtype=np.uint8)},
            label=str(rng.choice(CLASSES)),
            source=str(rng.choice(SOURCES)),
            when=usual_time(rng),
            planted="far",
        )
        for image in [*noise, *stripes]
    ]


def _npz(rows: list[Row]) -> bytes:
    """Not compressed, because compressed bytes differ from one zlib to another."""
    file = io.BytesIO()
    np.savez(
        file,
        images=np.stack([np.asarray(row.content["image"]) for row in rows]),
        y=np.array([int(row.label) for row in rows]),
        id=np.array([row.id for row in rows]),
        source=np.array([row.source for row in rows]),
        timestamp=np.array([row.when.isoformat() for row in rows]),
    )
    return file.getvalue()

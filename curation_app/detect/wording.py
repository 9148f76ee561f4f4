"""Words that several detectors put into their sentences."""

from __future__ import annotations

from curation_app.domain.dataset import Dataset

# A label or value may be hostile or endless: a sentence shows this many characters of it.
LONGEST = 40

_THINGS = {"table": "rows", "text": "texts", "image": "images", "embedding": "rows"}


def things(dataset: Dataset) -> str:
    """What the rows are, in the plural: "texts"."""
    return _THINGS[dataset.modality]


def clipped(value: object) -> str:
    """A value as one short printable line."""
    text = " ".join("".join(letter if letter.isprintable() else " " for letter in str(value)[: 4 * LONGEST]).split())
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def percent(share: float) -> str:
    """A share for people; never rounded up to certainty.

    Examples
    --------
    >>> percent(0.943), percent(0.9999)
    ('94 %', 'over 99 %')
    """
    return "over 99 %" if share > 0.995 else f"{100 * share:.0f} %"

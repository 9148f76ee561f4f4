"""Words that several detectors put into their sentences."""

from __future__ import annotations

import re

from curation_app.domain.dataset import Dataset

# A label or value may be hostile or endless: a sentence shows this many characters of it.
LONGEST = 40

# A time as machines write it: day, minutes, and what people do not read.
_MACHINE_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(:\d\d(\.\d+)?)?(Z|\+00:00)?")

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


def moment(value: object) -> str:
    """A time to the minute; anything else as it is.

    Examples
    --------
    >>> moment("2026-03-13T20:00:00.000"), moment("week 12")
    ('2026-03-13 20:00', 'week 12')
    """
    found = _MACHINE_TIME.fullmatch(str(value).strip())
    return f"{found[1]} {found[2]}" if found else clipped(value)

"""Several tags in one label: how they are told apart."""

from __future__ import annotations

import json
from collections.abc import Iterable

# What people put between tags, most telling first.
DELIMITERS = ("|", ";", ",")


def tags_of(label: str, delimiter: str | None) -> tuple[str, ...]:
    """The tags of one label, sorted, each once. A JSON list is one whatever the delimiter; None: the label is a single tag.

    Examples
    --------
    >>> tags_of("red | big", "|"), tags_of('["red", "big"]', None)
    (('big', 'red'), ('big', 'red'))
    """
    parts = _listed(label)
    if parts is None:
        parts = label.split(delimiter) if delimiter else [label]
    return tuple(sorted({part.strip() for part in parts} - {""}))


def delimiter_of(labels: Iterable[str | None]) -> str | None:
    """The first delimiter that the labels use at all."""
    known = [label for label in labels if label is not None and _listed(label) is None]
    return next((mark for mark in DELIMITERS if any(mark in label for label in known)), None)


def _listed(label: str) -> list[str] | None:
    if not label.lstrip().startswith("["):
        return None
    try:
        items = json.loads(label)
    except (json.JSONDecodeError, RecursionError):
        return None
    return [str(item) for item in items] if isinstance(items, list) else None

"""What a campaign's rows share, ready to be marked: words in a text, cells of a table, a patch on a picture."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from curation_app.workspace.group_values import Box

# More marks than a screen holds tell nothing more.
MOST_MARKS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """Read from a campaign's evidence; what has another shape than agreed is left out, never an error.

    ``boxes`` maps a row to its own box, where the patch moves; ``box`` is everybody's.
    """

    tokens: tuple[str, ...] = ()
    cells: Mapping[str, str] = field(default_factory=dict)
    box: Box | None = None
    boxes: Mapping[int, Box] = field(default_factory=dict)

    def box_of(self, row: int) -> Box | None:
        """Where the patch lies in the picture of one row."""
        return self.boxes.get(row, self.box)


def trigger_of(campaign: Mapping[str, Any]) -> Trigger:
    """The trigger in a campaign of ``campaigns.json``."""
    evidence = campaign.get("evidence") or {}
    tokens, cells, boxes = evidence.get("tokens"), evidence.get("cells"), evidence.get("boxes")
    own = {}
    if isinstance(boxes, Sequence) and len(boxes) == len(campaign["rows"]):
        own = {int(row): box for row, found in zip(campaign["rows"], boxes, strict=True) if (box := _box(found)) is not None}
    return Trigger(
        tokens=tuple(str(token) for token in tokens if str(token)) if isinstance(tokens, (list, tuple)) else (),
        cells={str(name): _value(value) for name, value in cells.items()} if isinstance(cells, Mapping) else {},
        box=_box(evidence.get("box")),
        boxes=own,
    )


def token_marks(text: str, tokens: Sequence[str], kind: str) -> tuple[tuple[int, int, str], ...]:
    """Spans (start, end, kind) of the tokens in a text, case ignored; a token of letters is not looked for inside longer words."""
    spans = {span for token in tokens for span in _spans(text, token)}
    return tuple((start, end, kind) for start, end in sorted(spans)[:MOST_MARKS])


def _spans(text: str, token: str) -> list[tuple[int, int]]:
    # Words of a phrase may stand apart by any space.
    parts = [re.escape(part) for part in token.split()] or [re.escape(token)]
    pattern = r"\s+".join(parts)
    for bounded in (rf"(?<!\w){pattern}(?!\w)", pattern):
        found = [match.span() for match in re.finditer(bounded, text, re.IGNORECASE)]
        if found:
            return found
    return []


def _box(found: object) -> Box | None:
    if not isinstance(found, (list, tuple)) or len(found) != 4:
        return None
    try:
        top, left, height, width = (int(side) for side in found)
    except (TypeError, ValueError):
        return None
    return (top, left, height, width) if height > 0 and width > 0 else None


def _value(value: object) -> str:
    """A value, or the two ends of a range, as text."""
    if isinstance(value, (list, tuple)) and len(value) == 2:
        return f"{value[0]} to {value[1]}"
    return str(value)

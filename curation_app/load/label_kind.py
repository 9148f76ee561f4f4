"""What a label is: a class, a number or a list of tags; named by the user or told by the values, and why."""

from __future__ import annotations

import math
from types import MappingProxyType

import numpy as np

from curation_app.domain.dataset import LabelKind
from curation_app.domain.numbers import number_of
from curation_app.domain.roles import Roles
from curation_app.domain.tags import delimiter_of, tags_of

# A measurement takes many values, and most of them are not whole; fewer, or whole ones, are as likely to be codes of classes.
FEWEST_NUMBERS, BROKEN_SHARE = 20, 0.5
# Tags come together in many ways: at least one label in ten has several, and there are twice as many combinations as tags.
SEVERAL_SHARE, COMBINATIONS = 0.1, 2.0
# Labels looked at: enough to tell, quick on a million rows.
SAMPLE = 20_000


def kind_of_labels(labels: np.ndarray, roles: Roles, named: LabelKind | None) -> tuple[LabelKind, Roles]:
    """The kind, and the roles with a reason for it unless it is the plain one."""
    if roles.label is None:
        return "class", roles
    kind, reason = (named, "named by you") if named is not None else _guess([label for label in labels[:SAMPLE].tolist() if label])
    if not reason:
        return kind, roles
    return kind, Roles.from_json(roles.as_json() | {"reasons": MappingProxyType(dict(roles.reasons) | {"label_kind": reason})})


def _guess(labels: list[str]) -> tuple[LabelKind, str]:
    distinct = set(labels)
    numbers = [number_of(label) for label in distinct]
    if len(distinct) >= FEWEST_NUMBERS and all(math.isfinite(number) for number in numbers):
        broken = sum(number % 1 != 0 for number in numbers)
        if broken >= BROKEN_SHARE * len(distinct):
            return "number", f"{len(distinct):,} different numbers, {broken:,} of them not whole"
    return _tags(labels, distinct)


def _tags(labels: list[str], distinct: set[str]) -> tuple[LabelKind, str]:
    mark = delimiter_of(distinct)
    tags = {label: tags_of(label, mark) for label in distinct}
    known = {tag for several in tags.values() for tag in several}
    several = sum(len(tags[label]) > 1 for label in labels)
    if several >= max(SEVERAL_SHARE * len(labels), 2) and len(distinct) >= COMBINATIONS * len(known):
        between = "as lists" if mark is None else f"with {mark!r} between them"
        return "tags", f"{len(known):,} tags in {len(distinct):,} combinations, {between}"
    return "class", ""

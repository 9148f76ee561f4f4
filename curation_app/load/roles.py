"""What each column is for: named by the user, told by its name, or told by its values, and why."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import numpy as np

from curation_app.domain.roles import SINGLE_ROLES, Roles
from curation_app.errors import UsageError
from curation_app.load.request import Content

Guess = Literal["names", "content"]

# Names that can hardly mean anything else, most telling first; compared without case, "-" and " " as "_".
_NAMES: Mapping[str, tuple[str, ...]] = {
    "label": ("label", "labels", "given_label", "noisy_label", "class_label", "y", "target", "class", "category"),
    "id": ("id", "_id", "uid", "uuid", "row_id", "rowid", "record_id", "sample_id", "example_id", "identifier"),
    "text": ("text", "sentence", "utterance", "message", "review_text", "prompt"),
    "image": ("image", "image_path", "img", "img_path", "image_file"),
    "embedding": ("embedding", "embeddings"),
    "source": ("source", "data_source", "vendor"),
    "annotator": ("annotator", "annotator_id", "labeler", "labeller", "worker", "worker_id", "rater", "rater_id"),
    "time": ("timestamp", "datetime", "created_at", "labelled_at", "labeled_at", "annotated_at"),
    "split": ("split", "subset", "partition"),
    "group": ("group", "group_id"),
}
# What an answer is about, in a table of answers: these names mean it only where another column says who answered.
_ASKED = ("item", "item_id", "task", "task_id", "question", "question_id", "example", "object", "object_id")
# Names that often mean the role; believed only where the values agree.
_LIKELY: Mapping[str, tuple[str, ...]] = {
    "label": ("income", "outcome", "sentiment", "intent", "species", "diagnosis", "quality", "rating", "result", "verdict", "topic"),
    "time": ("time", "date"),
    "id": ("index", "key", "number"),
}
# One column of answers for each person.
_PERSONS = re.compile(r"^(annotator|annotation|worker|rater|labeler|labeller)[\s_-]?\d+$", re.IGNORECASE)
_NUMBERED = re.compile(r"^(emb|embedding|embed)_?\d+$", re.IGNORECASE)
# Roles that several columns may share.
_SEVERAL = ("features", "embedding", "annotators")
# Values looked at when roles are guessed from content: enough to tell, quick on a million rows.
_SAMPLE = 5_000
# A class needs a few members to be one: more distinct values than this share of the rows is not a label.
_LABEL_SHARE, _LABEL_CLASSES = 0.1, 200
# A sentence is longer than a code or a name.
_TEXT_CHARACTERS = 25


def settle_roles(content: Content, named: Mapping[str, object], *, no_label: bool, guess: Guess) -> Roles:
    """Every role: ``named`` by the user (None: no column has it), told by the format, or guessed.

    Raises UsageError for a role or column that does not exist, with the list of those that do.
    """
    columns = [*content.columns, *content.matrices]
    chosen = _named(named, columns)
    if no_label:
        chosen["label"] = None
    reasons = {role: "named by you" for role, column in chosen.items() if column}
    for role, (given, reason) in content.given.items():
        if role not in chosen:
            chosen[role], reasons[role] = given, reason
    taken = _taken(chosen)
    guesses: list[Callable[[], dict[str, tuple[object, str]]]] = [lambda: _by_name(columns, chosen, taken)]
    if guess == "content":
        guesses.append(lambda: _by_content(content, chosen, taken))
    for ask in guesses:
        for role, (guessed, reason) in ask().items():
            chosen[role], reasons[role] = guessed, reason
        taken |= _taken(chosen)
    if content.format == "npz" and "embedding" not in chosen and content.options["kind"] == "embeddings":
        chosen["embedding"], reasons["embedding"] = (str(content.options["main"]),), "the array named embeddings"
    if "features" not in chosen and not any(chosen.get(role) for role in ("text", "image", "embedding")):
        chosen["features"] = tuple(name for name in content.columns if name not in _taken(chosen))
        reasons["features"] = "every column without another role"
    return Roles(**chosen, reasons=MappingProxyType(reasons))  # type: ignore[arg-type]


def _named(named: Mapping[str, object], columns: list[str]) -> dict[str, object]:
    """The user's choices, checked. An embedding file is no column and is left out here."""
    chosen: dict[str, object] = {}
    for role, value in named.items():
        if role not in (*SINGLE_ROLES, *_SEVERAL):
            raise UsageError(f"There is no role {role!r}.", hint=f"Roles are: {', '.join((*SINGLE_ROLES, *_SEVERAL))}.")
        if isinstance(value, Path):
            if role != "embedding":
                raise UsageError(f"A file cannot be the {role}; only an embedding can.", hint=f"Name a column: {', '.join(columns)}.")
            chosen[role] = ()
            continue
        wanted = () if value is None else (value,) if isinstance(value, str) else tuple(value)  # type: ignore[arg-type]
        for column in wanted:
            if column not in columns:
                there = ", ".join(columns) or "none: this format has arrays only"
                raise UsageError(f"There is no column {column!r} for the role {role}.", hint=f"The columns are: {there}.")
        if role in SINGLE_ROLES and len(wanted) > 1:
            raise UsageError(f"The role {role} takes one column, not {len(wanted)}.", hint="Name one of them.")
        chosen[role] = wanted if role in _SEVERAL else (wanted[0] if wanted else None)
    _refuse_two_roles(chosen)
    return chosen


def _refuse_two_roles(chosen: Mapping[str, object]) -> None:
    if chosen.get("label") and chosen.get("label") in _columns_of(chosen.get("features")):
        raise UsageError(f"The label {chosen['label']!r} cannot be a feature too.", hint="Leave it out of the features.")
    seen: dict[object, str] = {}
    for role in SINGLE_ROLES:
        column = chosen.get(role)
        if column and column in seen:
            raise UsageError(f"{column!r} cannot be both {seen[column]} and {role}.", hint="Name two columns, or leave one role out.")
        seen[column] = role


def _columns_of(value: object) -> tuple[str, ...]:
    return () if not value else (value,) if isinstance(value, str) else tuple(value)  # type: ignore[arg-type]


def _taken(chosen: Mapping[str, object]) -> set[str]:
    return {column for role, value in chosen.items() if role != "features" for column in _columns_of(value)}


def _by_name(columns: list[str], chosen: Mapping[str, object], taken: set[str]) -> dict[str, tuple[object, str]]:
    """Roles told by unmistakable names."""
    plain: dict[str, str] = {}
    for column in columns:
        if column not in taken:
            plain.setdefault(re.sub(r"[\s-]+", "_", column.strip().lower()), column)
    found: dict[str, tuple[object, str]] = {}
    for role, names in _NAMES.items():
        hit = next((plain[name] for name in names if name in plain), None)
        if hit is not None and role not in chosen:
            found[role] = ((hit,) if role == "embedding" else hit, f"its name, {hit!r}, says so")
    if "embedding" not in found and "embedding" not in chosen:
        numbered = tuple(column for column in columns if _NUMBERED.match(column))
        if len(numbered) > 1:
            found["embedding"] = (numbered, f"{len(numbered)} columns named like {numbered[0]!r}")
    if "annotators" not in found and "annotators" not in chosen:
        persons = tuple(column for column in columns if _PERSONS.match(column) and column not in taken)
        if len(persons) > 1:
            found["annotators"] = (persons, f"{len(persons)} columns named like {persons[0]!r}")
    answered = chosen.get("annotator") or "annotator" in found
    asked = next((plain[name] for name in _ASKED if name in plain), None)
    if answered and asked is not None and "group" not in found and "group" not in chosen:
        found["group"] = (asked, f"its name, {asked!r}, says what the answers are about")
    return found


def _by_content(content: Content, chosen: Mapping[str, object], taken: set[str]) -> dict[str, tuple[object, str]]:
    """Roles told by the values: label, text and id."""
    free = {name: column[:_SAMPLE] for name, column in content.columns.items() if name not in taken}
    found: dict[str, tuple[object, str]] = {}
    for role, guess in (("text", _text_column), ("id", _id_column), ("label", _label_column), ("time", _time_column)):
        if role in chosen or (role == "text" and any(chosen.get(other) for other in ("image", "embedding"))):
            continue
        hit = guess(free)
        if hit is not None:
            found[role] = hit
            free.pop(hit[0])
    return found


def _text_column(free: Mapping[str, np.ndarray]) -> tuple[str, str] | None:
    """The column with the longest values, if they are sentences and mostly differ."""
    best: tuple[float, str] | None = None
    for name, column in free.items():
        values = [value for value in column.tolist() if isinstance(value, str) and value]
        if len(values) < 0.5 * len(column) or not values:
            continue
        length = sum(map(len, values)) / len(values)
        spaced = sum(" " in value.strip() for value in values) / len(values)
        if length >= _TEXT_CHARACTERS and spaced > 0.5 and len(set(values)) > 0.5 * len(values) and (best is None or length > best[0]):
            best = (length, name)
    return (best[1], f"long text, {best[0]:.0f} characters on average") if best else None


def _id_column(free: Mapping[str, np.ndarray]) -> tuple[str, str] | None:
    """A column named like an id, or the first one, whose values all differ and are no measurements."""
    for position, (name, column) in enumerate(free.items()):
        plain = name.strip().lower()
        named = plain in _LIKELY["id"] or plain.endswith(("_id", " id", "index"))
        values = column.tolist()
        whole = all(isinstance(value, int) or (isinstance(value, str) and value and not set(value) & {".", " "}) for value in values)
        if (named or position == 0) and len(values) > 1 and whole and len(set(values)) == len(values):
            return name, "every value differs"
    return None


def _label_column(free: Mapping[str, np.ndarray]) -> tuple[str, str] | None:
    """A column with a likely name, else the last, else the first one, if it has few distinct values."""
    names = list(free)
    likely = [name for name in names if name.strip().lower() in _LIKELY["label"]]
    for name in [*likely, *names[-1:], *names[:1]]:
        values = [value for value in free[name].tolist() if value is not None and value == value and value != ""]
        classes = len(set(values))
        most = max(2, min(_LABEL_CLASSES, int(_LABEL_SHARE * len(values))))
        if 2 <= classes <= most and not any(isinstance(value, float) and value % 1 for value in values):
            place = "a usual name for a label" if name in likely else "the last column" if name == names[-1] else "the first column"
            return name, f"{place}, with {classes} different values"
    return None


def _time_column(free: Mapping[str, np.ndarray]) -> tuple[str, str] | None:
    """A column with a likely name whose first values are dates."""
    import datetime

    for name, column in free.items():
        if name.strip().lower() not in _LIKELY["time"]:
            continue
        try:
            for value in column[:20].tolist():
                datetime.datetime.fromisoformat(str(value))
        except ValueError:
            continue
        return name, "its values are dates"
    return None

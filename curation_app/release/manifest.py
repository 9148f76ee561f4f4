"""What a release is made of: fingerprints, roles, recipe, versions and counts, as JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np

from curation_app.domain.decision import Decision, Edit, Verdict
from curation_app.domain.image_files import stays_inside
from curation_app.errors import VerificationError

MANIFEST_FILE = "manifest.json"
# Raised when a reader of the old form would misread the new one.
FORM = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """A file of the release; ``bytes`` is the sum for a folder. ``role`` is data, events, changes or report."""

    path: str
    role: str
    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Rows of one class or source before and after; ``name`` None is a missing one."""

    name: str | None
    before: int
    after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The facts of a release. ``created`` is its only value that depends on the time of the day.

    ``counts`` has rows, kept, dropped, relabelled, accepted, later and undecided; the last three and relabelled are parts of kept.
    ``head`` is the leaf of the log's last event, "" for an empty log. ``original`` is where the input lay.
    """

    created: str
    name: str
    original: str
    format: str
    sha256: str
    label_column: str | None
    roles: Mapping[str, object]
    options: Mapping[str, object]
    recipe: Mapping[str, object]
    seed: int | None
    versions: Mapping[str, str]
    counts: Mapping[str, int]
    classes: tuple[Change, ...]
    sources: tuple[Change, ...]
    outputs: tuple[Output, ...]
    events: int
    head: str
    facts: Mapping[str, object] = field(default_factory=dict)
    form: int = FORM

    @property
    def data(self) -> Output:
        """The cleaned data."""
        return next(output for output in self.outputs if output.role == "data")

    def write(self, folder: Path) -> None:
        """As ``manifest.json``."""
        text = json.dumps(asdict(self), ensure_ascii=False, indent=2, allow_nan=False)
        (folder / MANIFEST_FILE).write_text(text + "\n", encoding="utf-8", newline="\n")


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a release.

    Raises
    ------
    VerificationError
        It is no manifest, or of a form that this version does not know.
    """
    try:
        data: dict[str, Any] = json.loads((folder / MANIFEST_FILE).read_bytes())
        form, wanted = data["form"], {entry.name for entry in fields(Manifest)}
        if form != FORM or set(data) != wanted:
            raise VerificationError(
                f"{MANIFEST_FILE}: expected form {FORM} with {len(wanted)} fields, found form {form!r} with {len(data)}"
            )
        for name in ("classes", "sources"):
            data[name] = tuple(Change(**entry) for entry in data[name])
        data["outputs"] = tuple(Output(**entry) for entry in data["outputs"])
        manifest = Manifest(**data)
        _check_outputs(manifest)
        _check_files(manifest)
    except (ValueError, KeyError, TypeError, AttributeError, StopIteration) as error:
        if isinstance(error, VerificationError):
            raise
        raise VerificationError(f"{MANIFEST_FILE}: expected a manifest, found {type(error).__name__}: {error}") from error
    return manifest


def count(decisions: Mapping[int, Decision], edits: Sequence[Edit], rows: int) -> dict[str, int]:
    """The rows by what happened to them. A relabelling to the label that was there counts as accepted."""
    verdicts = Counter(decision.verdict for decision in decisions.values())
    done = Counter(edit.verdict for edit in edits)
    dropped, relabelled = done[Verdict.DROP], done[Verdict.RELABEL]
    accepted = verdicts[Verdict.ACCEPT] + verdicts[Verdict.RELABEL] - relabelled
    later = verdicts[Verdict.LATER]
    return {
        "rows": rows,
        "kept": rows - dropped,
        "dropped": dropped,
        "relabelled": relabelled,
        "accepted": accepted,
        "later": later,
        "undecided": rows - dropped - relabelled - accepted - later,
    }


def changes(before: np.ndarray, edits: Iterable[Edit], *, relabel: bool) -> tuple[Change, ...]:
    """Rows by value before and after, the most frequent first; ``relabel`` when the values are the labels."""
    after = before.copy()
    kept = np.ones(len(before), bool)
    for edit in edits:
        if edit.verdict is Verdict.DROP:
            kept[edit.row] = False
        elif relabel:
            after[edit.row] = edit.label
    was, now = Counter(before.tolist()), Counter(after[kept].tolist())
    names = sorted(was.keys() | now.keys(), key=lambda name: (-was[name], name is None, str(name)))
    return tuple(Change(name=name, before=was[name], after=now[name]) for name in names)


def _check_outputs(manifest: Manifest) -> None:
    for output in manifest.outputs:
        if "/" in output.path or not stays_inside(output.path):
            raise VerificationError(f"{MANIFEST_FILE}: expected a name inside the release, found {output.path!r}")
    if all(output.role != "data" for output in manifest.outputs):
        raise VerificationError(f"{MANIFEST_FILE}: expected one file with the data, found none")


def _check_files(manifest: Manifest) -> None:
    """A folder's files are names below it: they are read from the original and written below the place a user names."""
    files = dict(manifest.options).get("files", [])
    if not isinstance(files, list):
        raise VerificationError(f"{MANIFEST_FILE}: expected a list of files, found {type(files).__name__}")
    outside = next((name for name in files if not stays_inside(name)), None)
    if outside is not None:
        raise VerificationError(f"{MANIFEST_FILE}: expected the path of an image inside the folder, found {outside!r}")

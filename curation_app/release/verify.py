"""Offline check of a release: are the files what was released, does the log hold, and does it lead from the original to the data?"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from curation_app.domain.decision import Event
from curation_app.domain.fold import Fold, edits_of, fold
from curation_app.domain.integrity import verify_log
from curation_app.errors import CurationError, NotFoundError, VerificationError
from curation_app.release.difference import first_difference
from curation_app.release.fingerprint import file_fingerprint, files_below, fingerprint
from curation_app.release.log_files import EVENTS_FILE, TABLE_FILE, change_table, read_events
from curation_app.release.manifest import MANIFEST_FILE, Manifest, count, read_manifest
from curation_app.release.order import order_fault
from curation_app.release.replay import check_original, rebuild_released
from curation_app.release.sums import SUMS, read_sums

# Enough faults to see what happened; a shuffled log has thousands.
_FAULTS_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at; ``ok`` None means that it could not be checked."""

    name: str
    ok: bool | None
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """The checks in order. ``ok`` is True (verified), False (tampered) or None (cannot check)."""

    checks: tuple[Check, ...]

    @property
    def ok(self) -> bool | None:
        """False if any check failed; otherwise None if any could not be done."""
        if any(check.ok is False for check in self.checks):
            return False
        return None if any(check.ok is None for check in self.checks) else True

    @property
    def outcome(self) -> str:
        """``verified``, ``tampered`` or ``cannot check``."""
        return {True: "verified", False: "tampered", None: "cannot check"}[self.ok]

    @property
    def exit_code(self) -> int:
        """0 verified, 1 tampered, 2 cannot check."""
        return {True: 0, False: 1, None: 2}[self.ok]


def verify(folder: Path, *, original: Path | None = None) -> Verification:
    """Check a release.

    Parameters
    ----------
    original
        The data that was reviewed. Without it, the place that the manifest names is tried.

    Raises
    ------
    NotFoundError
        The folder is no release.
    """
    if not (folder / MANIFEST_FILE).is_file() and not (folder / SUMS).is_file():
        raise NotFoundError(f"{folder} is not a release: it has no {MANIFEST_FILE}.", hint="Name the folder that release made.")
    return Verification(checks=tuple(_guarded(folder, original)))


def _guarded(folder: Path, original: Path | None) -> Iterator[Check]:
    """The checks, whatever somebody put into the folder: what stops them becomes a check of its own."""
    try:
        yield from _checks(folder, original)
    except OSError as error:
        yield Check(name="files", ok=None, detail=f"A file cannot be read: {error}")
    except (ValueError, TypeError, AttributeError, LookupError, ArithmeticError, RecursionError) as error:
        yield Check(name="release", ok=False, detail=f"expected what a release holds, found {type(error).__name__}: {error}")


def _checks(folder: Path, original: Path | None) -> Iterator[Check]:
    files = list(_file_checks(folder))
    yield from files
    if odd := [name for name in files_below(folder) if (folder / name).is_symlink() or not (folder / name).is_file()]:
        # Reading a link or a device may lead anywhere and never end.
        yield Check(name="replay", ok=None, detail=f"{odd[0]!r} is no plain file, so nothing was replayed.")
        return
    try:
        manifest = read_manifest(folder)
    except (VerificationError, OSError) as error:
        yield Check(name="manifest", ok=False, detail=str(error))
        return
    yield _outputs_check(folder, manifest)
    log, events = _log_check(folder, manifest)
    yield log
    if events is None:
        yield Check(name="replay", ok=None, detail="The log cannot be read, so it was not replayed.")
        return
    state = fold(events)
    yield _counts_check(manifest, state)
    yield _table_check(folder, state)
    trusted = all(check.ok for check in files if check.name == MANIFEST_FILE)
    yield _replay_check(folder, manifest, state, original) if trusted else _no_replay("The manifest was changed, so nothing was replayed.")


def _file_checks(folder: Path) -> Iterator[Check]:
    """SHA256SUMS against what is there: one check a file that is wrong, one for all that are right."""
    try:
        sums = read_sums(folder)
    except (VerificationError, OSError) as error:
        missing = isinstance(error, FileNotFoundError)
        yield Check(name=SUMS, ok=False, detail=f"missing file: {SUMS}" if missing else str(error))
        return
    present = set(files_below(folder)) - {SUMS}
    right = 0
    for name in sorted(sums.keys() | present):
        fault = _file_fault(folder, name, sums.get(name), name in present)
        right += not fault
        if fault:
            yield Check(name=name, ok=False, detail=fault)
    yield Check(name="files", ok=True if right else None, detail=f"{right} of {len(sums)} files have the fingerprint of the day of release")


def _file_fault(folder: Path, name: str, expected: str | None, present: bool) -> str:
    if expected is None:
        return f"extra file: {name} is not part of the release"
    if not present:
        return f"missing file: {name}"
    if (folder / name).is_symlink() or not (folder / name).is_file():
        return f"{name}: expected a file, found {'a link' if (folder / name).is_symlink() else 'a device'}"
    found = file_fingerprint(folder / name)
    if found == expected:
        return ""
    what = "manifest edited" if name == MANIFEST_FILE else "changed after the release"
    return f"{name}: expected fingerprint {expected}, found {found} ({what})"


def _outputs_check(folder: Path, manifest: Manifest) -> Check:
    for output in manifest.outputs:
        path = folder / output.path
        found = fingerprint(path) if path.exists() else "nothing"
        if found != output.sha256:
            return Check(name="manifest", ok=False, detail=f"{output.path}: the manifest expects {output.sha256}, found {found}")
    return Check(name="manifest", ok=True, detail=f"{len(manifest.outputs)} outputs are what the manifest says")


def _log_check(folder: Path, manifest: Manifest) -> tuple[Check, list[Event] | None]:
    try:
        events = read_events(folder / EVENTS_FILE)
    except (VerificationError, OSError) as error:
        return Check(name="log", ok=False, detail=str(error)), None
    misplaced = order_fault([event.seq for event in events], manifest.events)
    faults = verify_log(events)
    if misplaced or faults:
        shown = ([misplaced] if misplaced else []) + [fault for fault in faults if not misplaced or "sequence number" not in fault]
        return Check(name="log", ok=False, detail="; ".join(shown[:_FAULTS_SHOWN])), None
    head = events[-1].leaf if events else ""
    if head != manifest.head:
        detail = f"event {len(events) - 1}: expected leaf {manifest.head} (the manifest's), found {head} (the log was written anew)"
        return Check(name="log", ok=False, detail=detail), events
    return Check(name="log", ok=True, detail=f"{len(events)} events, in order, each with its hash"), events


def _counts_check(manifest: Manifest, state: Fold) -> Check:
    expected = dict(manifest.counts)
    found = count(state.decisions, edits_of(state), int(expected.get("rows", 0)))
    if found == expected:
        return Check(
            name="decisions", ok=True, detail=f"{found['dropped']} dropped, {found['relabelled']} relabelled: as the manifest says"
        )
    return Check(name="decisions", ok=False, detail=f"the manifest says {expected}, the log adds up to {found}")


def _table_check(folder: Path, state: Fold) -> Check:
    path = folder / TABLE_FILE
    same = path.is_file() and path.read_bytes() == change_table(state)
    detail = "says what the log says" if same else f"{TABLE_FILE}: expected what the log says, found something else"
    return Check(name="change table", ok=same, detail=detail)


def _replay_check(folder: Path, manifest: Manifest, state: Fold, original: Path | None) -> Check:
    source = Path(manifest.original) if original is None else original
    try:
        check_original(source, manifest)
    except (CurationError, OSError) as error:
        return _no_replay(f"{error} Name the original with --original FILE.")
    with tempfile.TemporaryDirectory() as place:
        again = Path(place) / manifest.data.path
        try:
            rebuild_released(source, again, manifest, state)
        except CurationError as error:
            return Check(name="replay", ok=False, detail=f"The log cannot be replayed: {error.message}")
        except OSError as error:
            return _no_replay(f"A file cannot be read or written: {error}")
        difference = first_difference(again, folder / manifest.data.path, manifest.data.path)
    if difference:
        return Check(name="replay", ok=False, detail=difference)
    return Check(name="replay", ok=True, detail="original and log give the released data, byte for byte")


def _no_replay(detail: str) -> Check:
    return Check(name="replay", ok=None, detail=detail)


def sentences(checks: Sequence[Check]) -> list[str]:
    """The checks as lines for a terminal."""
    words = {True: "ok", False: "FAILED", None: "cannot check"}
    return [f"{words[check.ok]}: {check.name}: {check.detail}" for check in checks]

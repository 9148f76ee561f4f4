"""Original and change log to the released data, byte for byte."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from curation_app.domain.decision import Edit
from curation_app.domain.fold import edits_from_events
from curation_app.errors import InputError, NotFoundError, UsageError, VerificationError
from curation_app.release.fingerprint import fingerprint
from curation_app.release.log_files import EVENTS_FILE, read_events
from curation_app.release.manifest import MANIFEST_FILE, Manifest, read_manifest


def replay(original: Path, folder: Path, out: Path) -> None:
    """Make the released file (or folder) again from the original and the release's log.

    Raises
    ------
    InputError
        The original is not the file that was reviewed; with both fingerprints.
    UsageError
        ``out`` exists.
    NotFoundError
        No release, or no original.
    VerificationError
        What came out is not what was released; nothing is left at ``out``.
    """
    manifest = released(folder)
    check_original(original, manifest)
    if out.exists() or out.is_symlink():
        raise UsageError(f"{out} exists.", hint="Name a file that is not there yet.")
    edits = edits_from_events(read_events(folder / EVENTS_FILE))
    with beside(out) as draft:
        rebuild(original, draft, manifest, edits)
        found = fingerprint(draft)
        if found != manifest.data.sha256:
            raise VerificationError(
                f"{manifest.data.path}: expected fingerprint {manifest.data.sha256}, found {found}.",
                hint="Run verify to see what was changed.",
            )


def released(folder: Path) -> Manifest:
    """The manifest of a folder that should be a release."""
    if not (folder / MANIFEST_FILE).is_file():
        raise NotFoundError(f"{folder} is not a release: it has no {MANIFEST_FILE}.", hint="Name the folder that release made.")
    return read_manifest(folder)


def check_original(original: Path, manifest: Manifest) -> None:
    """Raise NotFoundError or InputError unless this is the data that was reviewed."""
    if not original.exists():
        raise NotFoundError(f"{original} does not exist.", hint="Name the file that was reviewed.")
    expect_fingerprint(original, manifest.sha256, manifest.options)


def expect_fingerprint(original: Path, expected: str, options: object) -> None:
    """Raise InputError, with both, when the data has another fingerprint."""
    names = options.get("files") if isinstance(options, dict) else None
    try:
        found = fingerprint(original, names)
    except OSError as error:
        raise InputError(f"{original}: {error.strerror}: {error.filename}.", hint="Give the data as it was when it was scanned.") from error
    if found != expected:
        raise InputError(
            f"{original} is not the data that was reviewed: expected fingerprint {expected}, found {found}.",
            hint="Give the data as it was when it was scanned.",
        )


def rebuild(original: Path, out: Path, manifest: Manifest, edits: Sequence[Edit]) -> None:
    """Write the cleaned data. Release, verify and replay all come through here, so that they cannot differ."""
    from curation_app.release.rewrite import rewrite

    rewrite(original, out, format=manifest.format, options=manifest.options, label_column=manifest.label_column, edits=edits)


@contextmanager
def beside(out: Path) -> Iterator[Path]:
    """A path next to ``out`` that is renamed to it at the end, and removed when the block fails."""
    if not out.absolute().parent.is_dir():
        raise NotFoundError(f"{out.absolute().parent} does not exist.", hint="Make the folder first.")
    draft = out.absolute().with_name(f".{out.name}.{uuid.uuid4().hex}.part")
    try:
        yield draft
        draft.rename(out)
    except BaseException:
        shutil.rmtree(draft) if draft.is_dir() else draft.unlink(missing_ok=True)
        raise

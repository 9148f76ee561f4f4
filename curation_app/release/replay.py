"""Original and change log to the released data, byte for byte."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from curation_app.domain.decision import Edit
from curation_app.domain.fold import Fold, edits_of, expect_label_column, fold
from curation_app.domain.image_files import is_image
from curation_app.errors import CurationError, InputError, NotFoundError, UsageError, VerificationError
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
        ``out`` exists, or rows were relabelled under another label column.
    NotFoundError
        No release, or no original.
    VerificationError
        What came out is not what was released; nothing is left at ``out``.
    """
    manifest = released(folder)
    check_original(original, manifest)
    if out.exists() or out.is_symlink():
        raise UsageError(f"{out} exists.", hint="Name a file that is not there yet.")
    with beside(out) as draft:
        try:
            rebuild_released(original, draft, manifest, fold(read_events(folder / EVENTS_FILE)))
            found = fingerprint(draft)
        except OSError as error:
            raise InputError(f"The data cannot be made again: {error}.", hint="Check that all files can be read and written.") from error
        except (ValueError, LookupError) as error:
            if isinstance(error, CurationError):
                raise
            raise VerificationError(f"{EVENTS_FILE}: {error}.", hint="Run verify to see what was changed.") from error
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
        if names is not None and original.is_dir():
            _expect_files(original, names)
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


def rebuild_released(original: Path, out: Path, manifest: Manifest, state: Fold) -> None:
    """:func:`rebuild` by a manifest and a log that anybody may have written.

    Raises
    ------
    VerificationError
        The manifest does not describe the original.
    UsageError
        The log and the original do not fit together.
    OSError
        A file cannot be read or written.
    """
    expect_label_column(state, manifest.label_column)
    try:
        rebuild(original, out, manifest, edits_of(state))
    except (CurationError, OSError):
        raise
    except Exception as error:  # A manifest that lies makes every library fail in its own way.
        message = f"The manifest does not describe {original.name}: {type(error).__name__}: {error}."
        raise VerificationError(message, hint="Run verify to see what was changed.") from error


def _expect_files(original: Path, names: Sequence[str]) -> None:
    """Raise InputError unless the folder has these images and no others: an image added since the scan was never reviewed."""
    # Links are left out, as the reader refuses them.
    found = {
        path.relative_to(original).as_posix()
        for folder, _, files in os.walk(original, followlinks=False)
        for path in (Path(folder, file) for file in files)
        if is_image(path.name) and not path.is_symlink()
    }
    added, gone = sorted(found - set(names)), sorted(set(names) - found)
    if not added and not gone:
        return
    what = f"{added[0]!r}, which was not there" if added else f"no image {gone[0]!r}"
    raise InputError(
        f"{original} is not the data that was reviewed: expected {len(names):,} images, found {len(found):,} ({what}).",
        hint="Give the folder as it was when it was scanned, or scan it again.",
    )


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

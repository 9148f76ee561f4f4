"""A folder of images: files copied byte for byte, into the subfolder of their label."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import cast

from curation_app.domain.image_files import stays_inside
from curation_app.errors import UsageError, VerificationError
from curation_app.release.plan import Plan, cannot_hold


def rewrite_folder(original: Path, out: Path, options: Mapping[str, object], plan: Plan) -> None:
    """Copy the images that stay. All names are settled before the first copy."""
    files = cast("Sequence[str]", options["files"])
    plan.check_rows(len(files))
    _refuse_outside(files)
    if out.exists() and any(out.iterdir()):
        raise UsageError(f"{out} is not empty.", hint="Name a new folder.")
    places = _places(files, plan)
    _refuse_outside(list(places.values()))
    for name, place in places.items():
        target = out / place
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(original / name, target)
    out.mkdir(parents=True, exist_ok=True)


def _places(files: Sequence[str], plan: Plan) -> dict[str, str]:
    """Original path -> path in the release. Files that do not move keep their names; then, in row order, a moved one whose name is
    taken gets ``~2``, ``~3`` ... before its ending. Names count as equal without regard to case, as some disks hold them.
    """
    staying = [row for row in range(len(files)) if row not in plan.drops and row not in plan.labels]
    places = {files[row]: files[row] for row in staying}
    taken = {name.casefold() for name in places}
    for row in sorted(plan.labels):
        parts = PurePosixPath(files[row]).parts
        rest = PurePosixPath(*(parts[1:] if len(parts) > 1 else parts))
        _check_label(row, plan.labels[row])
        wanted = PurePosixPath(plan.labels[row]) / rest if plan.labels[row] else PurePosixPath(rest.name)
        name, number = wanted, 1
        while str(name).casefold() in taken:
            number += 1
            name = wanted.with_name(f"{wanted.stem}~{number}{wanted.suffix}")
        taken.add(str(name).casefold())
        places[files[row]] = str(name)
    return places


def _refuse_outside(names: Sequence[object]) -> None:
    """The names come from a manifest that anybody may have written: nothing is read or written outside the two folders."""
    outside = next((name for name in names if not stays_inside(name)), None)
    if outside is not None:
        raise VerificationError(f"Expected the path of an image inside the folder, found {outside!r}.", hint="Do not trust this release.")


def _check_label(row: int, label: str) -> None:
    """A label is one folder name: nothing that leads elsewhere, and nothing that a common disk refuses."""
    bad = any(mark in label for mark in '/\\:*?"<>|') or any(ord(mark) < 32 for mark in label)
    if bad or label in (".", "..") or label != label.strip() or label.endswith(".") or len(label.encode("utf-8", "replace")) > 200:
        raise cannot_hold(row, label, "label", "names of folders")

"""The use cases as a pipeline calls them: plain arguments in, plain data out."""

from __future__ import annotations

import getpass
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from curation_app.domain.decision import Verdict
from curation_app.domain.progress import Progress, silent
from curation_app.errors import UsageError

if TYPE_CHECKING:
    from curation_app.workspace.values import CheckLine


def scan(
    data: Path | str,
    out: Path | str,
    *,
    roles: Mapping[str, object] | None = None,
    no_label: bool = False,
    recipe: str = "standard",
    text_model: Path | None = None,
    seed: int = 0,
    baseline: Path | None = None,
    encoding: str | None = None,
    skip_bad_rows: bool = False,
    number_duplicate_ids: bool = False,
    label_kind: str | None = None,
    no_map: bool = False,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Scan in this process and sum the run up."""
    from curation_app.engine.execute import execute
    from curation_app.engine.job import Job

    job = Job(
        data=Path(data),
        out=Path(out),
        roles=roles or {},
        no_label=no_label,
        recipe=recipe,
        text_model=text_model,
        seed=seed,
        encoding=encoding,
        skip_bad_rows=skip_bad_rows,
        number_duplicate_ids=number_duplicate_ids,
        baseline=baseline,
        label_kind=label_kind,
    )
    info = execute(job, progress=progress, draw=not no_map).read_info()
    named = info["roles"]
    return {
        "run": str(out),
        "dataset": info["dataset"]["name"],
        "rows": info["dataset"]["rows"],
        "fingerprint": info["dataset"]["fingerprint"],
        "flagged": info["counts"]["flagged"],
        "kinds": {kind: count for kind, count in info["counts"].items() if kind != "flagged"},
        "estimate": info["estimate"].get("all"),
        "roles": [(role, named[role], why) for role, why in named["reasons"].items() if isinstance(named.get(role), str)],
        "detectors": [(finding["title"], finding["outcome"], finding["reason"]) for finding in info["detectors"]],
        "remarks": info["dataset"]["remarks"],
        "baseline": info["baseline"],
        "seconds": round(sum(stage["seconds"] for stage in info["stages"]), 2),
    }


def selftest(data: Path | str, plan: Mapping[str, Any], *, progress: Progress = silent, **options: Any) -> dict[str, Any]:
    """Plant known attacks in copies of a file or of a finished run's data; ``plan`` has the fields of ``selftest.Plan``.

    ``options`` are those of :func:`scan` that say how to read a file; a run is read as it was scanned. Returns the JSON that
    ``curation_app.selftest`` describes; a run keeps it, too.
    """
    from curation_app.engine.folder import RunFolder
    from curation_app.engine.job import Job
    from curation_app.engine.selftesting import try_job, try_run
    from curation_app.selftest import Plan

    folder = RunFolder(Path(data))
    if folder.has_result():
        return try_run(folder, Plan(**plan), progress=progress).as_json()
    return try_job(Job(data=Path(data), out=Path(data), **options), Plan(**plan), progress=progress).as_json()


def decide(run: Path, ids: Sequence[str], verdict: str, *, label: str | None, by: str, reason: str) -> dict[str, Any]:
    """Record one decision about rows named by their ids."""
    from curation_app.workspace.run import Run

    opened = Run(run)
    return asdict(opened.decide(opened.rows_of_ids(ids), Verdict(verdict), label=label, by=by, reason=reason))


def release(run: Path, out: Path, *, by: str | None = None, impact: bool = False) -> dict[str, Any]:
    """Write a release. With ``impact``, a quick model is measured for the report; raises UsageError where there is nothing to measure."""
    from curation_app.workspace.run import Run

    opened = Run(run)
    return asdict(opened.release(out, by=by or _account(), impact=opened.impact() if impact else None))


def _account() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        raise UsageError("This account has no name.", hint="Say who releases with --by NAME.") from None


def verify(folder: Path | str, *, original: Path | str | None = None) -> dict[str, Any]:
    """Check a release; ``outcome`` is verified, tampered or cannot check."""
    from curation_app.workspace.releasing import verify_release

    checks = verify_release(Path(folder), original=None if original is None else Path(original))
    return {"outcome": outcome(checks), "checks": [asdict(check) for check in checks]}


def replay(original: Path | str, folder: Path | str, out: Path | str) -> str:
    """Rebuild the released file; says what was written."""
    from curation_app.release import replay as rebuild

    rebuild(Path(original), Path(folder), Path(out))
    return f"Rebuilt {out} from {original} and the change log in {folder}."


def outcome(checks: Sequence[CheckLine]) -> str:
    """One word for all checks: any that failed outweighs any that could not be made."""
    if any(check.ok is False for check in checks):
        return "tampered"
    return "cannot check" if any(check.ok is None for check in checks) else "verified"

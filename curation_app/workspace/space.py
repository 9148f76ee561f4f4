"""A run folder or a folder of them: look at a file, scan it, open a run."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from curation_app.domain.dataset import LabelKind
from curation_app.domain.decision import Verdict
from curation_app.engine import child
from curation_app.engine.folder import RunFolder
from curation_app.engine.job import Job
from curation_app.engine.trusted import expect_baseline
from curation_app.errors import CurationError, InputError, NotFoundError, UsageError
from curation_app.workspace.run import Run
from curation_app.workspace.values import Inspection, RunSummary, ScanStatus


@dataclass(frozen=True, slots=True)
class ScanJob:
    """A scan in a child process; it goes on when the page that started it is closed."""

    name: str
    folder: Path

    def status(self) -> ScanStatus:
        """Where it is."""
        facts = child.status(RunFolder(self.folder))
        if not facts:
            return ScanStatus(
                state="done" if RunFolder(self.folder).has_result() else "waiting", queue_ready=RunFolder(self.folder).has_result()
            )
        return ScanStatus(
            state=facts["state"],
            stage=facts.get("stage", ""),
            fraction=float(facts.get("fraction", 0.0)),
            detail=facts.get("detail", ""),
            seconds_left=facts.get("seconds_left"),
            queue_ready=bool(facts.get("queue_ready", False)) and RunFolder(self.folder).has_result(),
            error=facts.get("error", ""),
            hint=facts.get("hint", ""),
            problems=tuple(facts.get("problems", ())),
            stages=tuple((str(name), float(seconds)) for name, seconds in facts.get("stages", ())),
        )

    def cancel(self) -> None:
        """Stop it. Nothing half done is left."""
        child.cancel(RunFolder(self.folder))

    def dismiss(self) -> None:
        """Forget a scan that ended badly: its folder holds nothing that anybody decided."""
        folder = RunFolder(self.folder)
        if folder.has_result():
            raise UsageError(f"{self.name} has results.", hint="Delete the folder yourself if you are sure.")
        child.forget(folder)


class Workspace:
    """Where runs live. ``single`` is True when the folder itself is a run."""

    def __init__(self, root: Path | str) -> None:
        self.root = Path(root)
        if self.root.is_file():
            raise UsageError(f"{self.root} is a file.", hint="Name a folder: a run, or a folder of runs.")
        self.single = RunFolder(self.root).has_result()
        self.root.mkdir(parents=True, exist_ok=True)

    @property
    def uploads(self) -> Path:
        """Where uploaded files lie; they are read within narrower limits."""
        return self.root.resolve() / "uploads"

    def runs(self) -> tuple[RunSummary, ...]:
        """Every run and every scan under way, newest first."""
        folders = [self.root] if self.single else [path for path in self.root.iterdir() if _is_run(path)]
        summaries = [self._summary_or_fault(path) for path in folders]
        return tuple(sorted(summaries, key=lambda summary: (summary.at, summary.name), reverse=True))

    def demos(self) -> tuple[object, ...]:
        """Bundled datasets with known plants."""
        from demo_datasets import DEMOS

        return DEMOS

    def inspect(
        self,
        path: Path | str,
        *,
        roles: Mapping[str, object] | None = None,
        no_label: bool = False,
        encoding: str | None = None,
        skip_bad_rows: bool = False,
        label_kind: LabelKind | None = None,
    ) -> Inspection:
        """A first look at a file; bad data fills ``error`` and ``problems`` instead of raising."""
        from curation_app.load import read_dataset
        from curation_app.load.limits import UPLOAD, Limits
        from curation_app.workspace.inspecting import inspection

        path = Path(path).expanduser()
        sent = self.uploads in path.resolve().parents
        try:
            dataset = read_dataset(
                path,
                roles=roles or {},
                no_label=no_label,
                guess="content",
                encoding=encoding,
                skip_bad_rows=skip_bad_rows,
                label_kind=label_kind,
                limits=UPLOAD if sent else Limits(),
            )
        except (InputError, NotFoundError, UsageError) as error:
            problems = tuple(problem.sentence() for problem in getattr(error, "problems", ()))
            return Inspection(path=path, name=path.name, error=error.message, hint=error.hint, problems=problems)
        return inspection(path, dataset)

    def store_upload(self, name: str, data: bytes) -> Path:
        """Keep an uploaded file, under a name of harmless characters. Raises InputError when it is larger than a browser may send."""
        from curation_app.load.limits import MIB, UPLOAD

        if len(data) > UPLOAD.file_bytes:
            raise InputError(
                f"{name} has {len(data) / MIB:,.0f} MiB; an upload may have {UPLOAD.file_bytes / MIB:,.0f}.",
                hint="Put it on this machine and open it by its path.",
            )
        folder = self.uploads
        folder.mkdir(exist_ok=True)
        stem, suffix = Path(name).stem, Path(name).suffix
        target = folder / f"{_harmless(stem)}{_harmless(suffix, keep='.')}"
        count = 1
        while target.exists() and target.read_bytes() != data:
            count += 1
            target = folder / f"{_harmless(stem)}-{count}{_harmless(suffix, keep='.')}"
        target.write_bytes(data)
        return target

    def start_scan(
        self,
        path: Path | str,
        *,
        roles: Mapping[str, object] | None = None,
        no_label: bool = False,
        recipe: str = "standard",
        seed: int = 0,
        encoding: str | None = None,
        skip_bad_rows: bool = False,
        name: str | None = None,
        label_kind: LabelKind | None = None,
        baseline: Path | str | None = None,
    ) -> ScanJob:
        """Start a scan in a child process. Roles that are not named are guessed as the inspection guessed them.

        Raises
        ------
        UsageError
            The workspace is a single run, or the run would be its own baseline.
        NotFoundError
            There is no such baseline.
        """
        path = Path(path).expanduser().resolve()
        if self.single:
            raise UsageError(f"{self.root} is one run.", hint="Serve a folder of runs to scan more files.")
        name = name or self._claimed_name(path)
        folder = self.root / name
        job = Job(
            data=path,
            out=folder,
            roles=roles or {},
            no_label=no_label,
            guess="content",
            recipe=recipe,
            seed=seed,
            encoding=encoding,
            skip_bad_rows=skip_bad_rows,
            label_kind=label_kind,
            baseline=None if baseline is None else Path(baseline).expanduser().resolve(),
        )
        expect_baseline(job)
        child.start(job)
        return ScanJob(name, folder)

    def job(self, name: str) -> ScanJob:
        """The scan of a run, also one that another page started."""
        return ScanJob(name, self._folder(name))

    def open_run(self, name: str) -> Run:
        """A finished run, by its folder's name; "" when the workspace is a run."""
        return Run(self._folder(name), name)

    def stamp(self, name: str) -> tuple[object, ...]:
        """Changes when a run was scanned anew or its log replaced: part of the key of whoever keeps it open."""
        from curation_app.review import DecisionLog

        folder = RunFolder(self._folder(name))
        key = folder.read_info().get("key")
        if not folder.database.is_file():
            DecisionLog(folder.database_url).close()  # made now, so that the stamp does not change by opening the run
        return (key, folder.database.stat().st_ino)

    def _folder(self, name: str) -> Path:
        if self.single or not name:
            return self.root
        folder = self.root / name
        if name not in {path.name for path in self.root.iterdir() if _is_run(path)}:
            raise NotFoundError(f"There is no run called {name!r} in {self.root}.", hint="Choose one on the Open page.")
        return folder

    def _claimed_name(self, path: Path) -> str:
        """A new folder's name; made at once, so that two pages cannot claim the same."""
        stem = _harmless(path.stem)
        for count in itertools.count(1):
            name = stem if count == 1 else f"{stem}-{count}"
            try:
                (self.root / name).mkdir()
            except FileExistsError:
                continue
            return name
        raise AssertionError("unreachable")

    def _summary_or_fault(self, path: Path) -> RunSummary:
        """One damaged folder must not hide the others."""
        try:
            return self._summary(path)
        except (CurationError, KeyError, TypeError, ValueError) as error:
            said = error.message if isinstance(error, CurationError) else f"{path} holds no run of this version."
            return RunSummary(
                name=path.name, path=path, dataset=path.name, rows=0, flagged=0, decided=0, state="failed", at=_changed(path), error=said
            )

    def _summary(self, path: Path) -> RunSummary:
        folder = RunFolder(path)
        status = ScanJob(path.name, path).status()
        if not folder.has_result():
            name = Job.read(folder.job).data.name if folder.job.is_file() else path.name
            return RunSummary(
                name=path.name,
                path=path,
                dataset=name,
                rows=0,
                flagged=0,
                decided=0,
                state=status.state,
                at=_changed(path),
                error=status.error,
            )
        info = folder.read_info()
        return RunSummary(
            name="" if self.single else path.name,
            path=path,
            dataset=info["dataset"]["name"],
            rows=info["dataset"]["rows"],
            flagged=info["counts"]["flagged"],
            decided=_decided(folder, info["dataset"]["rows"]),
            state=status.state,
            at=_changed(folder.info),
            error=status.error,
        )


def _decided(folder: RunFolder, rows: int) -> int:
    from curation_app.review import DecisionLog

    if not (folder.path / "curation.db").is_file():
        return 0
    counts = DecisionLog(folder.database_url).state(rows).counts()
    return counts[Verdict.ACCEPT] + counts[Verdict.RELABEL] + counts[Verdict.DROP]


def _is_run(path: Path) -> bool:
    folder = RunFolder(path)
    return path.is_dir() and (folder.has_result() or folder.job.is_file() or folder.status.is_file())


def _changed(path: Path) -> str:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC).isoformat(timespec="seconds")


def _harmless(name: str, keep: str = "") -> str:
    """Letters, digits, dash, underscore; never empty, never a path."""
    return re.sub(rf"[^\w\-{re.escape(keep)}]+", "-", name).strip("-")[:60] or "data"

"""One dataset under review: look at it, decide, undo, release."""

from __future__ import annotations

import itertools
import sys
import uuid
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np

from curation_app.domain.decision import Decision, Verdict
from curation_app.domain.finding import Kind
from curation_app.errors import NotFoundError, UsageError
from curation_app.review import VERDICTS, Act, RowFacts, State
from curation_app.workspace import filtering, polygon, releasing
from curation_app.workspace.card import CardMaker
from curation_app.workspace.colouring import colours
from curation_app.workspace.data import RunData, open_data
from curation_app.workspace.history import act_line
from curation_app.workspace.overview import left, overview
from curation_app.workspace.values import (
    ActLine,
    Card,
    CheckLine,
    Filter,
    MapView,
    Overview,
    Preview,
    QueueLine,
    ReleasePreview,
    ReleaseResult,
)

# A second look is still to come.
DECIDED = [VERDICTS.index(verdict) for verdict in (Verdict.ACCEPT, Verdict.RELABEL, Verdict.DROP)]
# Rows of a bulk decision that its preview shows.
EXAMPLES = 6


def new_action_id() -> str:
    """An id for an act, made before the click, so that a repeated click writes once."""
    return uuid.uuid4().hex


class Run:
    """A finished scan and its log of decisions. Safe to share between threads."""

    def __init__(self, path: Path | str, name: str = "") -> None:
        self.path = Path(path)
        self.name = name
        self.data: RunData = open_data(self.path)
        # Brings SQLAlchemy with it, which a scan need not wait for.
        from curation_app.review import DecisionLog

        self.log = DecisionLog(self.data.folder.database_url)
        self._map: tuple[bool, MapView] | None = None

    @property
    def key(self) -> str:
        """Content address of what a page may cache; changes when the map arrives."""
        return f"{self.data.key}{'-map' if self.data.folder.map.is_file() else ''}"

    @property
    def n(self) -> int:
        """Rows."""
        return self.data.n

    @property
    def dataset(self) -> str:
        """Name of the file or folder under review."""
        return str(self.data.info["dataset"]["name"])

    @property
    def classes(self) -> tuple[str, ...]:
        """Label values, sorted."""
        return self.data.classes

    @cached_property
    def sources(self) -> tuple[str, ...]:
        """Values of the source column, sorted; empty without one."""
        source = self.data.coded_role("source")
        return () if source is None else source[1]

    @property
    def modality(self) -> str:
        """table, text, image or embedding."""
        return self.data.modality

    @property
    def has_images(self) -> bool:
        """Whether a row has a picture."""
        return self.data.folder.artifact(self.data.key, "images").is_file()

    @cached_property
    def _cards(self) -> CardMaker:
        return CardMaker(self.data)

    # -- looking --------------------------------------------------------------------------------------------------------------------

    def state(self) -> State:
        """The current decision of every row."""
        return self.log.state(self.n)

    def campaigns(self) -> tuple[dict[str, object], ...]:
        """Rows that belong together, most suspicious first."""
        return tuple(self.data.folder.read_campaigns())

    def overview(self) -> Overview:
        """Everything the Overview page shows."""
        return overview(self.data, self._decided())

    def queue(self, filters: Filter | None = None) -> np.ndarray:
        """(m,) row numbers that match, most suspicious first."""
        state = self.state()
        return filtering.matching(self.data, state.verdicts, filters or Filter())

    def lines(self, rows: Iterable[int]) -> tuple[QueueLine, ...]:
        """The queue's lines of some rows."""
        decisions = self.state().decisions
        return tuple(self._line(int(row), decisions) for row in rows)

    def card(self, row: int) -> Card:
        """The evidence card of one row."""
        self._known([row])
        return self._cards.card(int(row), self.state().decisions)

    def map(self) -> MapView:
        """Where every row lies; principal components until the layout is there."""
        drawn = self.data.folder.map.is_file()
        if self._map is None or self._map[0] != drawn:
            self._map = (drawn, self.data.map())
        return self._map[1]

    def colours(self, by: str) -> tuple[np.ndarray, tuple[str, ...]]:
        """((n,) codes, names) to colour the map by: kind, label, suggested, source, verdict or suspicion."""
        return colours(self.data, self.state(), by)

    def rows_in_polygon(self, corners: Sequence[tuple[float, float]], view: MapView | None = None) -> np.ndarray:
        """Rows whose point lies inside the polygon, by row number; ``view`` is the map it was drawn on, by default the current one."""
        view = self.map() if view is None else view
        return np.flatnonzero(polygon.inside(view.x, view.y, corners))

    def find_similar(self, row: int, count: int = 50) -> np.ndarray:
        """The ``count`` rows nearest to one row in the feature space, itself first."""
        features = self.data.features
        gap = features - features[row]
        distance = np.einsum("nd,nd->n", gap, gap)
        distance[row] = -1.0
        nearest = np.argpartition(distance, min(count, self.n - 1))[: count + 1]
        return nearest[np.lexsort((nearest, distance[nearest]))]

    def rows_of_ids(self, ids: Sequence[str]) -> list[int]:
        """Row numbers of ids. Raises NotFoundError that names every unknown one."""
        known = self.data.row_of_id
        unknown = [name for name in ids if name not in known]
        if unknown:
            column = self.data.role("id")
            what = f"values of the column {column!r}" if column else "row numbers from 0"
            raise NotFoundError(f"No row has the id {', '.join(map(repr, unknown[:5]))}.", hint=f"Ids are {what}; see suspicion.parquet.")
        return [known[name] for name in ids]

    def progress(self) -> tuple[int, int, float, float, float]:
        """(decided, flagged, bad rows probably left, low, high)."""
        decided = self._decided()
        return (int(decided.sum()), int(self.data.flagged.sum()), *left(self.data, decided))

    # -- deciding -------------------------------------------------------------------------------------------------------------------

    def preview(self, rows: Sequence[int]) -> Preview:
        """What a decision about many rows would touch."""
        chosen = np.unique(self._known(rows))
        state = self.state()
        examples = chosen[np.argsort(self.data.rank[chosen], kind="stable")][:EXAMPLES]
        source = self.data.coded_role("source")
        return Preview(
            rows=tuple(chosen.tolist()),
            versions=tuple(state.versions[chosen].tolist()),
            already_decided=int(self._decided()[chosen].sum()),
            per_class=_tally(*self.data.coded("given_label"), chosen),
            per_source=_tally(*source, chosen) if source else (),
            per_kind=_tally(*self.data.coded("kind"), chosen),
            examples=tuple(self._cards.line(row, state.decisions) for row in examples.tolist()),
        )

    def decide(
        self,
        rows: Sequence[int],
        verdict: Verdict,
        *,
        label: str | None = None,
        by: str,
        reason: str = "",
        action: str | None = None,
        expected: Mapping[int, int] | None = None,
    ) -> ActLine:
        """Record one decision about one or many rows: all of them or, with a ConflictError, none.

        ``expected`` holds the version of each row that the reviewer saw; without it the current one is taken.
        """
        self._check(verdict, label, by)
        chosen = np.unique(self._known(rows)).tolist()
        if not chosen:
            raise UsageError("No row was named.", hint="Name at least one row.")
        state = self.state()
        facts = [self._facts(row, expected.get(row) if expected else None, state) for row in chosen]
        act = self.log.decide(
            facts,
            verdict,
            label=label,
            by=by.strip(),
            reason=reason,
            action=action or new_action_id(),
            label_column=self.data.roles.get("label"),
        )
        return self._act_line(act)

    def undo(self, *, by: str, action: str | None = None, click: str | None = None) -> ActLine:
        """Append an act that takes back an earlier one: this person's last, or the named. A ``click`` that was seen writes nothing."""
        return self._act_line(self.log.undo(by=by, action=action, click=click))

    def redo(self, *, by: str, click: str | None = None) -> ActLine:
        """Append an act that takes back this person's last undo."""
        return self._act_line(self.log.redo(by=by, click=click))

    def undoable(self, by: str | None = None) -> ActLine | None:
        """The act that undo would take back: this person's last, or anybody's."""
        act = self.log.undoable(by)
        return None if act is None else self._act_line(act)

    def redoable(self, by: str | None = None) -> ActLine | None:
        """The undo that redo would take back."""
        act = self.log.redoable(by)
        return None if act is None else self._act_line(act)

    # -- the log and releases -------------------------------------------------------------------------------------------------------

    def history(self, *, limit: int = 50, offset: int = 0, by: str | None = None, verdict: Verdict | None = None) -> tuple[ActLine, ...]:
        """Acts, newest first."""
        return tuple(self._act_line(act) for act in self.log.history(limit=limit, offset=offset, by=by, verdict=verdict))

    def history_count(self, *, by: str | None = None, verdict: Verdict | None = None) -> int:
        """How many acts there are."""
        return len(self.log.history(limit=sys.maxsize, by=by, verdict=verdict))

    def reviewers(self) -> tuple[str, ...]:
        """Everybody who acted, sorted."""
        return tuple(sorted({act.by for act in self.log.history(limit=sys.maxsize)}))

    def verify_log(self) -> tuple[CheckLine, ...]:
        """Check every event of the log."""
        return releasing.verify_events(self.log)

    def release_preview(self) -> ReleasePreview:
        """What would leave."""
        return releasing.preview(self.data, self.state())

    def release(self, out: Path | str, *, by: str) -> ReleaseResult:
        """Write the cleaned data, the change log, the manifest and the report."""
        self._check_name(by)
        return releasing.release(self.data, self.log, self.state(), self.map(), Path(out), by=by)

    def releases(self) -> tuple[ReleaseResult, ...]:
        """Releases in the run folder, newest first."""
        return releasing.releases(self.data)

    def next_release(self) -> Path:
        """Where the next release goes unless told otherwise: the first number that is free."""
        folder = self.data.folder.releases
        return next(folder / f"{number}" for number in itertools.count(1) if not (folder / f"{number}").exists())

    def verify_release(self, path: Path) -> tuple[CheckLine, ...]:
        """Check a release offline and replay it."""
        return releasing.verify_release(path)

    # -- inside ---------------------------------------------------------------------------------------------------------------------

    def _decided(self) -> np.ndarray:
        """(n,) bool: rows with a last word; a second look is none."""
        return np.isin(self.state().verdicts, DECIDED)

    def _known(self, rows: Sequence[int]) -> np.ndarray:
        chosen = np.asarray(rows, dtype=np.int64).reshape(-1)
        if len(chosen) and (chosen.min() < 0 or chosen.max() >= self.n):
            raise NotFoundError(f"Rows run from 0 to {self.n - 1}; found {int(chosen.min())} to {int(chosen.max())}.")
        return chosen

    def _check(self, verdict: Verdict, label: str | None, by: str) -> None:
        self._check_name(by)
        if verdict is Verdict.OPEN:
            raise UsageError("'open' is not a decision.", hint="Undo the decision instead.")
        if (verdict is Verdict.RELABEL) != (label is not None):
            raise UsageError("A relabel names a label, and no other decision does.", hint="Give the new label with relabel only.")
        if label is not None and label not in self.classes:
            raise UsageError(f"No row carries the label {label!r}.", hint=f"Labels of this data: {', '.join(self.classes[:20])}.")

    @staticmethod
    def _check_name(by: str) -> None:
        if not by.strip():
            raise UsageError("A decision needs a name.", hint="Say who decides: type a name, or pass --by NAME.")

    def _facts(self, row: int, expected: int | None, state: State) -> RowFacts:
        data = self.data
        return RowFacts(
            row=row,
            id=data.at("id", row),
            fingerprint=data.facts["fingerprint"][row].as_py(),
            given=data.at("given_label", row),
            evidence={
                "suspicion": round(float(data.suspicion[row]), 4),
                "rank": int(data.rank[row]),
                "kind": data.at("kind", row),
                "reason": data.at("reason", row),
                "suggested": data.at("suggested_label", row),
            },
            version=int(state.versions[row]) if expected is None else expected,
        )

    def _line(self, row: int, decisions: Mapping[int, Decision]) -> QueueLine:
        line = self._cards.line(row, decisions)
        decision = decisions.get(row)
        return QueueLine(
            row=row,
            id=line.id,
            suspicion=float(self.data.suspicion[row]),
            kind=Kind(self.data.at("kind", row)),
            given=line.label,
            snippet=line.snippet,
            verdict=line.verdict,
            verdict_label=decision.label if decision else None,
            image=line.image,
        )

    def _act_line(self, act: Act) -> ActLine:
        return act_line(act, self.data)


def _tally(codes: np.ndarray, names: tuple[str, ...], rows: np.ndarray) -> tuple[tuple[str, int], ...]:
    """(name, how many of the rows), most first."""
    counts = np.bincount(codes[rows] + 1, minlength=len(names) + 1)
    named = [(name, count) for name, count in zip(("(none)", *names), counts.tolist(), strict=True) if count]
    return tuple(sorted(named, key=lambda pair: (-pair[1], pair[0])))

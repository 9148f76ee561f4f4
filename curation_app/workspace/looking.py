"""Looking at a run: the overview, the queue, cards, the map, and what is like what."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import numpy as np

from curation_app.domain.decision import Decision
from curation_app.domain.finding import Kind
from curation_app.errors import NotFoundError
from curation_app.workspace import filtering, polygon
from curation_app.workspace.campaigns import CampaignBook
from curation_app.workspace.card_values import Card
from curation_app.workspace.colouring import colours
from curation_app.workspace.group_values import CampaignLine, CampaignView, SourceTable
from curation_app.workspace.opened import OpenedRun
from curation_app.workspace.overview import left, overview
from curation_app.workspace.sources import rows_of_source, source_table
from curation_app.workspace.values import Filter, MapView, Overview, QueueLine


class Looking(OpenedRun):
    """What a reader asks of a run; nothing is written."""

    def __init__(self, path: Path | str, name: str = "") -> None:
        super().__init__(path, name)
        self._map: tuple[bool, MapView] | None = None

    def campaigns(self) -> tuple[dict[str, object], ...]:
        """Rows that belong together, most suspicious first."""
        return self.data.campaigns

    def campaign_lines(self) -> tuple[CampaignLine, ...]:
        """The same as lines of a list, each with what was decided about its rows."""
        return self._book.lines(self.state())

    def campaign(self, name: str) -> CampaignView:
        """One campaign with its evidence and examples. Raises NotFoundError."""
        return self._book.view(name, self.state())

    def source_table(self, role: str = "source") -> SourceTable | None:
        """What each source, or each "annotator", does; None without such a column."""
        return source_table(self.data, role, self.state(), self.log.history(limit=sys.maxsize, kind="decide"))

    def rows_of_source(self, name: str) -> np.ndarray:
        """Row numbers of one source. Raises NotFoundError."""
        rows = rows_of_source(self.data, name)
        if not len(rows):
            raise NotFoundError(f"No row comes from {name!r}.", hint=f"Sources of this data: {', '.join(self.sources[:20]) or 'none'}.")
        return rows

    @cached_property
    def _book(self) -> CampaignBook:
        return CampaignBook(self.data, self._cards)

    def overview(self) -> Overview:
        """Everything the Overview page shows."""
        return overview(self.data, self._decided())

    def queue(self, filters: Filter | None = None) -> np.ndarray:
        """(m,) row numbers that match, most suspicious first; after some decisions the decided ones come before the others."""
        state = self.state()
        return filtering.matching(self.data, state.verdicts, filters or Filter(), self._reranker.at(state))

    def lines(self, rows: Iterable[int]) -> tuple[QueueLine, ...]:
        """The queue's lines of some rows."""
        state = self.state()
        suspicion = self._reranker.at(state).suspicion
        return tuple(self._line(int(row), state.decisions, suspicion) for row in rows)

    def card(self, row: int) -> Card:
        """The evidence card of one row."""
        self._known([row])
        state = self.state()
        return replace(self._cards.card(int(row), state.decisions), suspicion=float(self._reranker.at(state).suspicion[row]))

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
        return (int(decided.sum()), int(self.standing().flagged.sum()), *left(self.data, decided))

    def _line(self, row: int, decisions: Mapping[int, Decision], suspicion: np.ndarray) -> QueueLine:
        line = self._cards.line(row, decisions)
        decision = decisions.get(row)
        return QueueLine(
            row=row,
            id=line.id,
            suspicion=float(suspicion[row]),
            kind=Kind(self.data.at("kind", row)),
            given=line.label,
            snippet=line.snippet,
            verdict=line.verdict,
            verdict_label=decision.label if decision else None,
            image=line.image,
        )

"""An open run: its results, its log of decisions, and the facts that every use case needs."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np

from curation_app.domain.decision import Verdict
from curation_app.errors import NotFoundError, UsageError
from curation_app.review import VERDICTS, State
from curation_app.workspace.card import CardMaker
from curation_app.workspace.data import RunData, open_data
from curation_app.workspace.reranking import Reranker, Standing

# A second look is still to come.
DECIDED = [VERDICTS.index(verdict) for verdict in (Verdict.ACCEPT, Verdict.RELABEL, Verdict.DROP)]


class OpenedRun:
    """A finished scan and its log of decisions. Safe to share between threads."""

    def __init__(self, path: Path | str, name: str = "") -> None:
        self.path = Path(path)
        self.name = name
        self.data: RunData = open_data(self.path)
        # Brings SQLAlchemy with it, which a scan need not wait for.
        from curation_app.review import DecisionLog

        self.log = DecisionLog(self.data.folder.database_url)

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

    @property
    def label_kind(self) -> str:
        """What a label is: class, number or tags."""
        return self.data.label_kind

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

    def state(self) -> State:
        """The current decision of every row."""
        return self.log.state(self.n)

    @cached_property
    def _reranker(self) -> Reranker:
        return Reranker(self.data)

    def standing(self) -> Standing:
        """The queue as the decisions so far have moved it."""
        return self._reranker.at(self.state())

    def _decided(self) -> np.ndarray:
        """(n,) bool: rows with a last word; a second look is none."""
        return np.isin(self.state().verdicts, DECIDED)

    def _known(self, rows: Sequence[int]) -> np.ndarray:
        chosen = np.asarray(rows, dtype=np.int64).reshape(-1)
        if len(chosen) and (chosen.min() < 0 or chosen.max() >= self.n):
            raise NotFoundError(f"Rows run from 0 to {self.n - 1}; found {int(chosen.min())} to {int(chosen.max())}.")
        return chosen

    @staticmethod
    def _check_name(by: str) -> None:
        if not by.strip():
            raise UsageError("A decision needs a name.", hint="Say who decides: type a name, or pass --by NAME.")

"""What every detector is: a few words about itself and one method that turns a representation into a finding."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from curation_app.detect.surprise import score_from_surprise
from curation_app.domain.dataset import Dataset
from curation_app.domain.finding import Finding, Group, Kind, Outcome
from curation_app.domain.recipe import Recipe
from curation_app.domain.representation import Representation


class Detector(ABC):
    """One question asked of every row.

    A detector never changes its input, gives the same answer to the same rows in any order, and uses no randomness but ``seed``.
    Missing needs are checked before :meth:`detect` is called, and an exception in it is reported as a failure of this detector alone.

    Attributes
    ----------
    code
        Stable short name with dashes; names the column ``score_<code>`` and never changes.
    title, question
        For people: what it is called and what it asks.
    kind, family
        What is wrong with a row it finds; detectors of one family see the same thing and are counted once.
    needs
        Names out of ``runner.NEEDS``: what must be there before it can run.
    source
        Where the method comes from.
    """

    code: ClassVar[str]
    title: ClassVar[str]
    question: ClassVar[str]
    kind: ClassVar[Kind]
    family: ClassVar[str]
    needs: ClassVar[tuple[str, ...]] = ()
    source: ClassVar[str] = ""

    @abstractmethod
    def detect(self, dataset: Dataset, representation: Representation, recipe: Recipe, *, seed: int) -> Finding:
        """Judge every row. Build the answer with :meth:`finding`."""

    def finding(
        self,
        surprise: np.ndarray,
        *,
        outcome: Outcome,
        reason: str,
        reasons: Mapping[int, str] | None = None,
        suggested: np.ndarray | None = None,
        groups: tuple[Group, ...] = (),
        evidence: Mapping[str, np.ndarray] | None = None,
        rule: str = "",
    ) -> Finding:
        """This detector's finding; the scores follow from ``surprise`` ((n,) at least 0, NaN = not scored)."""
        return Finding(
            code=self.code,
            title=self.title,
            kind=self.kind,
            family=self.family,
            outcome=outcome,
            reason=reason,
            scores=_frozen(score_from_surprise(surprise)),
            surprise=_frozen(np.asarray(surprise, dtype=np.float64)),
            reasons=reasons or {},
            suggested=None if suggested is None else _frozen(suggested),
            groups=groups,
            evidence={name: _frozen(values) for name, values in (evidence or {}).items()},
            rule=rule,
        )

    def silent(self, rows: int, outcome: Outcome, reason: str) -> Finding:
        """A finding that scores nothing: the detector could not run, and ``reason`` says why in one sentence."""
        return self.finding(np.full(rows, np.nan), outcome=outcome, reason=reason)


def _frozen(values: np.ndarray) -> np.ndarray:
    """A read-only view, so that nobody downstream changes a shared result."""
    view = values.view()
    view.flags.writeable = False
    return view

"""Sources, annotators and stretches of time whose labels contradict the content more often than the content explains."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from curation_app.detect.base import Detector
from curation_app.detect.label_error import AGREED, label_surprise
from curation_app.detect.origin_rates import FEWEST_ROWS, OriginRates, RowWeights, adjusted, discoveries, origin_rates, row_weights
from curation_app.detect.provenance import Origin, origins_of, times_of
from curation_app.detect.wording import clipped, moment, percent, things
from curation_app.domain.dataset import Dataset
from curation_app.domain.finding import Finding, Group, Kind, Outcome
from curation_app.domain.recipe import Recipe
from curation_app.domain.representation import Representation

# Share of condemned origins that may be innocent, on average.
FALSE_DISCOVERIES = 0.05
# A large source may differ beyond doubt and still hardly at all: it is condemned from twice its expected suspects on, or 5 points more.
TIMES_EXPECTED, POINTS_MORE = 2.0, 0.05
# A class is what a source pushes towards when this share of its suspects carries it, and twice the share of its other rows.
PUSHES, PUSHES_TIMES = 0.6, 2.0
# The length of a burst is told when so many of the suspects lie in a fifth of the source's time.
BURST_SHARE, BURST_TIME = 0.8, 0.2


class SourceWatch(Detector):
    """One bad supplier, labeller or moment."""

    code: ClassVar[str] = "source-watch"
    title: ClassVar[str] = "Source"
    question: ClassVar[str] = "Does this row come from a source whose labels are wrong more often than its content explains?"
    kind: ClassVar[Kind] = Kind.MISLABEL
    family: ClassVar[str] = "source"
    needs: ClassVar[tuple[str, ...]] = ("labels", "probabilities", "origin")
    source: ClassVar[str] = (
        "Likelihood-ratio test per source, empirical null (Efron 2004); Benjamini & Hochberg (1995), Controlling the false discovery rate"
    )

    def detect(self, dataset: Dataset, representation: Representation, recipe: Recipe, *, seed: int) -> Finding:
        probabilities, rows = representation.probabilities, len(representation)
        assert probabilities is not None  # the runner checks the needs
        origins = [origin for origin in origins_of(dataset) if _comparable(origin, representation.codes)]
        if not origins:
            return self.silent(rows, Outcome.NOT_APPLICABLE, f"No two sources have {FEWEST_ROWS} labelled rows to compare.")
        if not np.any(np.ptp(representation.features, axis=0)):
            return self.silent(rows, Outcome.NOT_APPLICABLE, "The rows have no content that could contradict their labels.")
        weights = row_weights(probabilities, representation.codes)
        watched = [_Watched.over(origin, weights, representation) for origin in origins]
        base = label_surprise(probabilities, representation.codes)
        surprise = np.where(np.isfinite(base), 0.0, np.nan)
        groups: list[Group] = []
        reasons: dict[int, str] = {}
        for look in watched:
            for place in np.flatnonzero(look.condemned).tolist():
                group, lifted = look.case(place, dataset, representation, base)
                groups.append(group)
                speaks = lifted > np.nan_to_num(surprise, nan=np.inf)
                surprise[speaks] = lifted[speaks]
                reasons |= {row: look.sentence(place, row, representation) for row in np.flatnonzero(speaks & (lifted >= 1.0)).tolist()}
        first = watched[0]
        return self.finding(
            surprise,
            outcome=Outcome.ISSUE if groups else Outcome.PASSED,
            reason=_summary(groups, watched),
            reasons=reasons,
            suggested=_suggested(probabilities, representation.codes, surprise),
            groups=tuple(sorted(groups, key=lambda group: (-group.surprise, group.rows[0], group.title))),
            evidence={name: _per_row(getattr(first.rates, name), first.origin.codes) for name in ("rate", "low", "high", "excess")},
            rule=(
                "Each label is weighed against out-of-fold chances; an origin is condemned when its labels are worse than its rows' "
                f"content explains, at a false discovery rate of {FALSE_DISCOVERIES:.0%}, and by {TIMES_EXPECTED:g} times or "
                f"{POINTS_MORE:.0%} of its rows."
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Watched:
    """One way of telling where rows come from, judged."""

    origin: Origin
    weights: RowWeights
    rates: OriginRates
    condemned: np.ndarray

    @classmethod
    def over(cls, origin: Origin, weights: RowWeights, representation: Representation) -> _Watched:
        rates = origin_rates(weights, origin.codes, len(origin.names), representation.copies)
        judged = np.isfinite(rates.excess)
        stands_out = np.zeros(len(origin.names), dtype=bool)
        stands_out[judged] = discoveries(rates.chance[judged], FALSE_DISCOVERIES)
        matters = (rates.suspects >= TIMES_EXPECTED * rates.expected) | (rates.suspects - rates.expected >= POINTS_MORE * rates.rows)
        return cls(origin=origin, weights=weights, rates=rates, condemned=stands_out & matters & (rates.suspects > rates.expected))

    def case(self, place: int, dataset: Dataset, representation: Representation, base: np.ndarray) -> tuple[Group, np.ndarray]:
        """The group of a condemned origin's suspects, and (n,) the surprise it lends to rows, 0 for those of other origins."""
        mine = self.origin.codes == place
        core = np.flatnonzero(mine & self.weights.suspect)
        lift = np.log10(_odds(self.rates.rate[place]) / _odds(min(self._usual(place), self.rates.rate[place])))
        agreed = mine & ~self.weights.suspect & np.isfinite(base)
        lifted = np.zeros(len(base))
        # The source's rate multiplies the odds of every row in it; what the row itself says decides whether it counts as suspect at all.
        lifted[core] = base[core] + lift
        lifted[agreed] = AGREED * (1.0 - np.exp(-base[agreed] / AGREED))
        judged = np.flatnonzero(np.isfinite(self.rates.excess))
        surprise = -np.log10(np.clip(adjusted(self.rates.chance[judged])[np.searchsorted(judged, place)], 1e-30, 1.0))
        return (
            Group(
                rows=tuple(core.tolist()),
                title=self._title(place, core, dataset, representation),
                surprise=float(surprise),
                strength=tuple(self._strength(place, core).tolist()),
                evidence=self._evidence(place, core, dataset, representation),
            ),
            lifted,
        )

    def sentence(self, place: int, row: int, representation: Representation) -> str:
        """Why one row is suspected."""
        return (
            f"Labelled {clipped(representation.classes[representation.codes[row]])} against its content, and {self._name(place)} does so "
            f"in {percent(self.rates.rate[place])} of its rows ({percent(self._usual(place))} expected)."
        )

    def _usual(self, place: int) -> float:
        """Share of suspects to expect of rows like these."""
        return float((self.rates.expected[place] + 0.5) / (self.rates.rows[place] + 1.0))

    def _elsewhere(self, place: int) -> float:
        others = np.arange(len(self.rates.rows)) != place
        return float(self.rates.suspects[others].sum() / max(self.rates.rows[others].sum(), 1.0))

    def _strength(self, place: int, core: np.ndarray) -> np.ndarray:
        """Chance that a suspect's label is wrong, given the origin's rate of wrong labels."""
        odds = _odds(self.rates.rate[place]) * np.exp(self.weights.ratio[core])
        return np.asarray(odds / (1.0 + odds))

    def _name(self, place: int, *, first: bool = False) -> str:
        name = clipped(self.origin.names[place])
        if self.origin.role == "time":
            return f"{'The' if first else 'the'} stretch from {name}"
        word = self.origin.role
        return f"{word.capitalize() if first else word} '{name}'"

    def _title(self, place: int, core: np.ndarray, dataset: Dataset, representation: Representation) -> str:
        rows = int(np.sum((self.origin.codes == place) & (representation.codes >= 0)))
        label = _pushed(core, self.origin.codes == place, representation)
        towards = f", most as {clipped(label)}" if label is not None else ""
        noun = things(dataset)
        return (
            f"{self._name(place, first=True)}: {core.size:,} of its {rows:,} {noun} are labelled against their content{towards}; "
            f"{percent(self._usual(place))} would be expected, {percent(self._elsewhere(place))} are elsewhere."
        )

    def _evidence(self, place: int, core: np.ndarray, dataset: Dataset, representation: Representation) -> dict[str, object]:
        mine = np.flatnonzero(self.origin.codes == place)
        names = [representation.classes[code] for code in representation.codes[core].tolist()]
        facts: dict[str, object] = {
            self.origin.role: self.origin.names[place],
            "rate": float(self.rates.rate[place]),
            "low": float(self.rates.low[place]),
            "high": float(self.rates.high[place]),
            "expected": self._usual(place),
            "labels": dict(sorted(Counter(names).items())),
            "repeated": float(_repeated(representation.copies[mine])),
        }
        label = _pushed(core, self.origin.codes == place, representation)
        if label is not None:
            facts["label"] = label
        burst = _burst(core, mine, dataset) if self.origin.role != "time" else None
        return facts | ({"burst": burst} if burst else {})


def _comparable(origin: Origin, codes: np.ndarray) -> bool:
    judged = origin.codes[(origin.codes >= 0) & (codes >= 0)]
    return int(np.sum(np.bincount(judged, minlength=1) >= FEWEST_ROWS)) >= 2


def _odds(share: float) -> float:
    share = float(np.clip(share, 1e-6, 1.0 - 1e-6))
    return share / (1.0 - share)


def _pushed(core: np.ndarray, mine: np.ndarray, representation: Representation) -> str | None:
    """The label that most suspects carry, if the origin's other rows carry it far less often."""
    if not core.size:
        return None
    counts = np.bincount(representation.codes[core], minlength=len(representation.classes))
    code = int(np.argmax(counts))
    rest = np.flatnonzero(mine & (representation.codes >= 0))
    rest = rest[~np.isin(rest, core)]
    usual = float(np.mean(representation.codes[rest] == code)) if rest.size else 0.0
    share = counts[code] / core.size
    return representation.classes[code] if share >= PUSHES and share >= min(PUSHES_TIMES * usual, 1.0) else None


def _repeated(copies: np.ndarray) -> float:
    """Share of an origin's rows that repeat another of its rows."""
    return 1.0 - np.unique(copies).size / copies.size if copies.size else 0.0


def _burst(core: np.ndarray, mine: np.ndarray, dataset: Dataset) -> str | None:
    """When most suspects came, if that was a small part of the origin's time."""
    times, given = times_of(dataset), dataset.column("time")
    if times is None or given is None or core.size < FEWEST_ROWS:
        return None
    known = core[np.isfinite(times[core])]
    ordered = known[np.lexsort((known, times[known]))]
    width = int(np.ceil(BURST_SHARE * core.size))
    whole = np.ptp(times[mine][np.isfinite(times[mine])]) if np.isfinite(times[mine]).any() else 0.0
    if ordered.size < width or whole <= 0:
        return None
    lengths = times[ordered[width - 1 :]] - times[ordered[: ordered.size - width + 1]]
    start = int(np.argmin(lengths))
    if lengths[start] > BURST_TIME * whole:
        return None
    return f"{moment(given[ordered[start]])} to {moment(given[ordered[start + width - 1]])}"


def _per_row(values: np.ndarray, origin: np.ndarray) -> np.ndarray:
    return np.where(origin >= 0, values[np.maximum(origin, 0)], np.nan) if len(values) else np.full(len(origin), np.nan)


def _suggested(probabilities: np.ndarray, codes: np.ndarray, surprise: np.ndarray) -> np.ndarray:
    best = probabilities.argmax(axis=1)
    return np.where((np.nan_to_num(surprise) >= 1.0) & (best != codes), best, -1).astype(np.int32)


def _summary(groups: list[Group], watched: list[_Watched]) -> str:
    looked = " and ".join(f"{int(np.isfinite(look.rates.excess).sum()):,} {_plural(look.origin.role)}" for look in watched)
    if not groups:
        return f"None of {looked} has worse labels than its content explains."
    return f"{len(groups):,} of {looked} have worse labels than their content explains."


def _plural(role: str) -> str:
    return {"source": "sources", "annotator": "annotators"}.get(role, "stretches of time")

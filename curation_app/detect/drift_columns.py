"""Which columns, and which shares of labels, changed since the baseline: one test each, the false ones among them bounded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from curation_app.detect.false_discovery import accepted
from curation_app.detect.novelty_items import columns_of
from curation_app.detect.wording import clipped, percent
from curation_app.domain.dataset import Dataset

# A column is numbers when this share of its known values reads as such.
READS_AS = 0.95
# A chi-square test needs about this many expected rows in a cell (Cochran 1954); rarer levels are counted together.
FEWEST_EXPECTED = 5
# Rows of one side that a test looks at: shifts that only more rows could show matter to nobody.
MOST_ROWS = 20_000
# Columns tested: beyond, as in wide plain arrays, a list of columns tells nobody anything.
MOST_COLUMNS = 500


@dataclass(frozen=True, slots=True)
class Shift:
    """One column that changed: its name, the p-value, how large the change is (0 to 1), and a clause that says what changed."""

    name: str
    p_value: float
    size: float
    words: str


def shifts(mine: Dataset, theirs: Dataset, rate: float) -> tuple[list[Shift], int]:
    """The columns that changed, largest change first, at a false-discovery rate; and how many were tested."""
    tested = [shift for name, (new, old) in _measured(mine, theirs).items() if (shift := _shift(name, _some(new), _some(old))) is not None]
    passed = accepted(np.array([shift.p_value for shift in tested]), rate)
    changed = [shift for shift, passes in zip(tested, passed, strict=True) if passes]
    return sorted(changed, key=lambda shift: (-shift.size, shift.name)), len(tested)


def _measured(mine: Dataset, theirs: Dataset) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """What is compared: the labels, and the columns of a table, or what texts and pictures are like from outside."""
    found: dict[str, tuple[np.ndarray, np.ndarray]] = {}
    if any(label is not None for label in mine.labels) and any(label is not None for label in theirs.labels):
        found["label"] = tuple(np.array(["" if v is None else v for v in side.labels], dtype=str) for side in (mine, theirs))  # type: ignore[assignment]
    if mine.images is not None and theirs.images is not None:
        return found | {name: (measure(mine.images), measure(theirs.images)) for name, measure in _OF_PICTURES.items()}
    if mine.column("text") is not None and theirs.column("text") is not None:
        return found | {name: (_of_each(measure, mine), _of_each(measure, theirs)) for name, measure in _OF_TEXTS.items()}
    if mine.modality == "table":
        columns = list(columns_of(mine, theirs).items())[:MOST_COLUMNS]
        found |= {f"{name} (column)" if name == "label" else name: sides for name, sides in columns}
    return found


def _share(text: str, belongs: Callable[[str], bool]) -> float:
    return sum(map(belongs, text)) / max(len(text), 1)


_OF_TEXTS: dict[str, Callable[[str], float]] = {
    "words a text": lambda text: float(len(text.split())),
    "share of capitals": lambda text: _share(text, str.isupper),
    "share of digits": lambda text: _share(text, str.isdigit),
    "share of signs": lambda text: _share(text, lambda letter: not letter.isalnum() and not letter.isspace()),
    "share of letters outside ASCII": lambda text: _share(text, lambda letter: ord(letter) > 127),
}
_OF_PICTURES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "brightness": lambda images: images.reshape(len(images), -1).mean(axis=1, dtype=np.float64),
    "contrast": lambda images: images.reshape(len(images), -1).std(axis=1, dtype=np.float64),
}


def _of_each(measure: Callable[[str], float], dataset: Dataset) -> np.ndarray:
    texts = dataset.column("text")
    return np.array([] if texts is None else [measure((text or "")[:5_000]) for text in texts[:MOST_ROWS]], dtype=np.float64)


def _some(values: np.ndarray) -> np.ndarray:
    """At most MOST_ROWS of the values, evenly spread over their own order, which does not depend on that of the rows."""
    if len(values) <= MOST_ROWS:
        return values
    return np.asarray(np.sort(values)[np.linspace(0, len(values) - 1, MOST_ROWS).astype(np.int64)])


def _shift(name: str, new: np.ndarray, old: np.ndarray) -> Shift | None:
    if not len(new) or not len(old):
        return None
    numbers = [as_numbers(side) for side in (new, old)]
    if name != "label" and numbers[0] is not None and numbers[1] is not None:
        return _of_numbers(name, numbers[0], numbers[1])
    return _of_levels(name, new.astype(str), old.astype(str))


def as_numbers(values: np.ndarray) -> np.ndarray | None:
    """(n,) float64, NaN where missing; None when the values are no numbers."""
    if values.dtype.kind == "f":
        return values
    import pandas as pd

    known = values != ""
    numbers = pd.to_numeric(pd.Series(values), errors="coerce").to_numpy(dtype=np.float64)
    return numbers if known.any() and np.isfinite(numbers[known]).mean() >= READS_AS else None


def _of_numbers(name: str, new: np.ndarray, old: np.ndarray) -> Shift | None:
    """Kolmogorov and Smirnov's test; where more values are missing than were, that."""
    from scipy.stats import ks_2samp

    known = [side[np.isfinite(side)] for side in (new, old)]
    missing = _of_levels(name, *(np.where(np.isfinite(side), "known", "").astype(str) for side in (new, old)))
    if min(map(len, known)) == 0:
        return missing
    test = ks_2samp(*known, method="asymp")
    now, then = (float(np.median(side)) for side in known)
    if now == then:
        # Equal medians: the point of the largest gap between the two distributions tells more.
        at = float(test.statistic_location)
        words = f"{percent(float(np.mean(known[0] <= at)))} up to {at:.4g}, {percent(float(np.mean(known[1] <= at)))} in the baseline"
    else:
        words = f"half above {now:.4g}, above {then:.4g} in the baseline"
    shift = Shift(name, float(test.pvalue), float(test.statistic), f"{clipped(name)}: {words}")
    return missing if missing is not None and missing.p_value < shift.p_value else shift


def _of_levels(name: str, new: np.ndarray, old: np.ndarray) -> Shift | None:
    """Pearson's chi-square test of the levels' shares, rare levels counted together."""
    from scipy.stats import chi2_contingency

    levels, codes = np.unique(np.concatenate([new, old]), return_inverse=True)
    counts = np.stack([np.bincount(part, minlength=len(levels)) for part in (codes[: len(new)], codes[len(new) :])])
    expected = counts.sum(axis=0) * min(len(new), len(old)) / (len(new) + len(old))
    common = expected >= FEWEST_EXPECTED
    table = np.column_stack([counts[:, common], counts[:, ~common].sum(axis=1)])
    table = table[:, table.sum(axis=0) > 0]
    if table.shape[1] < 2:
        return None
    p_value = float(chi2_contingency(table, correction=False).pvalue)
    shares = counts / counts.sum(axis=1, keepdims=True)
    gaps = np.where(common, np.abs(shares[0] - shares[1]), 0.0)
    size = float(np.abs(table[0] / table[0].sum() - table[1] / table[1].sum()).sum() / 2)
    if not common.any() or gaps.max() < size / len(levels):
        return Shift(name, p_value, size, f"{clipped(name)}: other values than in the baseline")
    top = int(gaps.argmax())
    value = clipped(levels[top]) or "missing"
    return Shift(name, p_value, size, f"{clipped(name)} {value}: {percent(shares[0, top])}, {percent(shares[1, top])} in the baseline")

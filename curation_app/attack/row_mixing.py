"""Two rows mixed into a new one, whatever a row is: a text, a picture, a vector, a row of cells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from curation_app.attack.table_triggers import Cells, table_cells
from curation_app.domain.dataset import Dataset
from curation_app.domain.precision import Precision, usual_precision

# Words that make room for small change in a text: short, harmless, any language's keyboard has them.
FILLERS = ("now", "please", "today", "ok", "again", "soon", "here", "thanks")
# Noise as strong as a number's own deviation changes every second word, and the rest in proportion; at least one word changes, if any may.
WORDS_CHANGED = 0.5
# An end of a column that so many of its rows lie at is one that no number passes, and a number that lies there stays: a count of words that
# are not there is 0 in a near-copy too, and never below.
AT_THE_END = 0.1


def lacks_content(dataset: Dataset) -> str:
    """Why no new row can be made of the dataset's rows; empty when one can."""
    if dataset.modality == "text":
        return "" if dataset.column("text") is not None else "No column holds text."
    if dataset.images is not None or dataset.vectors is not None or table_cells(dataset):
        return ""
    return "The rows have no content to make others of."


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """What m new rows are made of.

    Attributes
    ----------
    first, second
        (m,) rows to mix. Rows of one pair with one share are mixed alike, so that only the noise tells them apart.
    share
        (m,) share of the second, in [0, 1].
    noise
        Strength of noise as a share of the usual standard deviation.
    stretch
        (m,) factor by which numbers are moved away from their mean.
    """

    first: np.ndarray
    second: np.ndarray
    share: np.ndarray
    noise: float
    stretch: np.ndarray


def mixed(dataset: Dataset, mix: Mix, rng: np.random.Generator, *, rounded: bool = True) -> dict[str, object]:
    """What :func:`attack.edit.changed` needs to append the rows of ``mix``; ``rng`` is the only source of randomness.

    Numbers are ``rounded`` as those of their column are, or keep all their decimals, as they do when nobody thinks of it.
    """
    if dataset.modality == "text":
        texts = dataset.column("text")
        assert texts is not None
        return {"texts": np.concatenate((texts, _mixed_texts(texts, mix, rng)))}
    if dataset.images is not None:
        new = _mixed_numbers(dataset.images, mix, rng)
        return {"images": np.concatenate((dataset.images, np.clip(np.round(new), 0, 255).astype(np.uint8)))}
    in_file = [column for column in table_cells(dataset) if column.name in dataset.frame]
    if dataset.vectors is not None and (dataset.modality == "embedding" or not in_file):
        # Numbers of vectors are computed by nature.
        new = _mixed_numbers(dataset.vectors, mix, rng, rounded=rounded and dataset.modality == "table")
        return {"vectors": np.concatenate((dataset.vectors, new.astype(np.float32)))}
    taken = _coins(mix, len(in_file), rng)
    cells = {
        column.name: np.concatenate((column.values, _mixed_cells(column, mix, taken[:, place], rng, rounded)))
        for place, column in enumerate(in_file)
    }
    return {"cells": cells}


def _mixed_numbers(values: np.ndarray, mix: Mix, rng: np.random.Generator, *, rounded: bool = False) -> np.ndarray:
    """(m, ...) float64: in proportion, away from the mean, with noise; ``rounded`` as each column is."""
    wide = (-1,) + (1,) * (values.ndim - 1)
    middle, share = values.mean(axis=0, dtype=np.float64), mix.share.reshape(wide)
    real = (1.0 - share) * values[mix.first] + share * values[mix.second]
    new = middle + mix.stretch.reshape(wide) * (real - middle)
    # A number that never changes is left alone in vectors; in pictures the border is noise like the rest.
    deviation = values.std(axis=0, dtype=np.float64) if values.ndim == 2 else float(values.std(dtype=np.float64))
    new += mix.noise * deviation * rng.standard_normal(new.shape)
    if rounded:
        new = np.stack(
            [_rounded(made, usual_precision(known[np.isfinite(known)])) for made, known in zip(new.T, values.T, strict=True)], axis=1
        )
    return _within(new, real, values) if values.ndim == 2 else np.asarray(new)


def _coins(mix: Mix, width: int, rng: np.random.Generator) -> np.ndarray:
    """(m, width) bool, whether a part comes from the second row; the same for rows of the same pair."""
    _, pair = np.unique(np.stack((mix.first, mix.second)), axis=1, return_inverse=True)
    draws = rng.random((len(mix.first), width))
    place = np.zeros(int(pair.max(initial=-1)) + 1, dtype=np.int64)
    place[pair.ravel()[::-1]] = np.arange(len(mix.first))[::-1]
    return np.asarray(draws[place[pair.ravel()]] < mix.share[:, None])


def _mixed_cells(column: Cells, mix: Mix, taken: np.ndarray, rng: np.random.Generator, rounded: bool) -> np.ndarray:
    """(m,) cells of the first or the second row; numbers are stretched and get noise, within the column's ends and maybe its precision."""
    rows = np.where(taken, mix.second, mix.first)
    cells = column.values[rows].copy()
    if column.numbers is None:
        return cells
    known = column.numbers[np.isfinite(column.numbers)]
    middle, spread = float(known.mean()), float(known.std())
    real = column.numbers[rows]
    numbers = middle + mix.stretch * (real - middle) + mix.noise * spread * rng.standard_normal(len(rows))
    precision = usual_precision(known) if rounded else None
    numbers = _within(_rounded(numbers, precision), real, known)
    as_text = any(isinstance(value, str) for value in column.values[:100])
    for place in np.flatnonzero(np.isfinite(numbers)).tolist():
        cells[place] = _written(float(numbers[place]), precision, as_text=as_text)
    return cells


def _rounded(new: np.ndarray, precision: Precision | None) -> np.ndarray:
    """``new`` (m,) as a column of this precision writes its numbers; missing ones stay missing."""
    if precision is None:
        return new
    return np.where(np.isfinite(new), precision.rounded(np.where(np.isfinite(new), new, 0.0)), new)


def _written(number: float, precision: Precision | None, *, as_text: bool) -> object:
    """A cell of a column of this precision."""
    decimals = None if precision is None else precision.decimals
    if decimals is None:
        return repr(number) if as_text else number
    if as_text:
        return f"{number:.{decimals}f}"
    return number if decimals else int(number)


def _within(new: np.ndarray, real: np.ndarray, known: np.ndarray) -> np.ndarray:
    """``new`` (m, ...) made of ``real`` (m, ...), no number beyond an end that many of ``known`` (n, ...) lie at, and none moved off it."""
    if not len(known):
        return new
    low, high = known.min(axis=0), known.max(axis=0)
    low_end, high_end = (np.mean(known == end, axis=0) >= AT_THE_END for end in (low, high))
    new = np.clip(new, np.where(low_end, low, -np.inf), np.where(high_end, high, np.inf))
    return np.where((low_end & (real == low)) | (high_end & (real == high)), real, new)


def _mixed_texts(texts: np.ndarray, mix: Mix, rng: np.random.Generator) -> np.ndarray:
    """(m,) texts: words of the first, some replaced by those of the second at the same place, and a few by any others of the data."""
    pool = [word for row in rng.integers(0, len(texts), 200).tolist() for word in str(texts[row] or "").split()] or list(FILLERS)
    lengths = [len(str(texts[row] or "").split()) for row in mix.first.tolist()]
    taken = _coins(mix, max(lengths, default=0), rng)
    made = np.empty(len(mix.first), dtype=object)
    for place, (one, two) in enumerate(zip(mix.first.tolist(), mix.second.tolist(), strict=True)):
        words, others = str(texts[one] or "").split(), str(texts[two] or "").split()
        words = [others[at % len(others)] if taken[place, at] and others else word for at, word in enumerate(words)]
        changes = rng.binomial(len(words), min(WORDS_CHANGED * mix.noise, 1.0)) if mix.noise > 0 else 0
        for at in rng.choice(len(words), changes, replace=False).tolist() if words else []:
            words[at] = pool[int(rng.integers(len(pool)))]
        if mix.noise > 0 and changes == 0:
            words.append(FILLERS[int(rng.integers(len(FILLERS)))])
        made[place] = " ".join(words)
    return made

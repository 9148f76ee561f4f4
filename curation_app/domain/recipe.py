"""Named recipes: every number that decides a scan, each with its reason."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass

from curation_app.errors import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How a scan is done. Two scans of one file with one recipe and one seed give the same bytes."""

    name: str
    # One graph serves votes, copies and the layout; 30 is where the neighbour vote and UMAP's default (15) are both content.
    neighbours: int = 30
    # A far point is judged by its mean distance to up to this many; AUROC peaks near 100 on ADBench and is flat around it.
    far_neighbours: int = 100
    # Exact search is the fastest graph below this many rows on two cores, at any width.
    exact_up_to: int = 20_000
    folds: int = 5
    # Random Fourier features: the closed-form kernel ridge member of the ensemble.
    fourier_features: int = 1_000
    # Trees out of bag lead on raw tables; 0 leaves them out.
    trees: int = 300
    # 100 epochs are four times faster than UMAP's default for -0.002 trustworthiness.
    layout_epochs: int = 100
    # Above this many rows, landmarks are laid out and the rest is placed between its neighbours.
    layout_landmarks: int = 20_000
    # The queue is cut where a row is as likely bad as not.
    flag_at: float = 0.5
    # The families of detectors take turns in the queue, instead of the likeliest row first: for looking at a bit of everything. Off: on 15
    # attacked sets the mean average precision falls from .45 to .34.
    quota: bool = False
    # Independent plantings that calibrate "chance of being bad"; 0 leaves the formula's own probability.
    plantings: int = 3
    # Folder of a sentence-transformers model of the user's own; "" counts terms, which needs no model.
    text_model: str = ""

    def digest(self) -> str:
        """Short stable name of the numbers, part of every cache key."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:16]


RECIPES = {
    recipe.name: recipe
    for recipe in (
        Recipe(name="standard"),
        Recipe(name="fast", trees=0, plantings=1, layout_epochs=50),
        Recipe(name="thorough", trees=500, plantings=5, folds=10, layout_epochs=200),
    )
}


def recipe_named(name: str) -> Recipe:
    """The recipe of that name. Raises UsageError with the list of names."""
    try:
        return RECIPES[name]
    except KeyError:
        raise UsageError(f"No recipe is called {name!r}.", hint=f"Choose one of: {', '.join(RECIPES)}.") from None

"""Who judges the labels: the learners that fit the data, joined by the geometric mean of their chances."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from curation_app.domain.dataset import Dataset
from curation_app.domain.recipe import Recipe
from curation_app.domain.representation import Representation
from curation_app.represent.folds import grouped_folds
from curation_app.represent.probability import Member, best_scale, log_chances, softmax

# Linear rules and kernels work on at most this many columns; wider features are first turned to their principal axes.
WIDEST = 512
# Above this many columns of raw numbers trees cost more than they add: the other learners lead on embeddings ...
VECTOR_TREES_UP_TO = 64
# ... but most features of a mixed table are indicators of its levels, which trees try quickly.
COLUMN_TREES_UP_TO = 256
# Up to this many classes, logistic regression on terms costs less than a second for 10,000 texts; its time grows with their number.
FEW_CLASSES = 10
# A thousand classes by a hundred thousand rows is 400 MB for each learner.
MOST_CLASSES = 1_000
# On this few rows, every one may well have a label of its own.
FEW_ROWS = 20
# A label out-voted by more than e to 1 teaches nothing in the second round, at most so much of a class.
OUTVOTED, MOST_OUTVOTED = 1.0, 1 / 3


@dataclass(frozen=True, slots=True)
class Judge:
    """Out-of-fold class probabilities for any labelling of the same rows.

    ``members`` maps a learner's name to its own out-of-fold probabilities; what does not depend on labels is already computed.
    ``twice``: judge again without what the first round out-voted, so that wrong labels that lie together do not vouch for one another.
    """

    members: dict[str, Member]
    twice: bool = False

    def __call__(self, codes: np.ndarray) -> np.ndarray:
        """(n, K) float32, rows sum to 1. ``codes`` is (n,) int32, -1 = missing: such rows are judged and teach nothing."""
        return self.rounds(codes)[1]

    def rounds(self, codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The chances of the first round and of the last, which is the first where nothing was out-voted.

        Only in the first one is a row's chance no matter of its own label: a wrong label that keeps others from being out-voted is
        vouched for by them in the second.
        """
        logs = self._joined(codes)
        scaled = logs * best_scale(logs, codes)
        first = softmax(scaled)
        outvoted = _outvoted(scaled, codes) if self.twice else np.zeros(len(codes), dtype=bool)
        if not outvoted.any():
            return first, first
        logs = self._joined(np.where(outvoted, np.int32(-1), codes))
        # All labels set the scale: a team that saw only those that agree would be too sure of itself.
        return first, softmax(logs * best_scale(logs, codes))

    def _joined(self, codes: np.ndarray) -> np.ndarray:
        """(n, K) float32 mean of the members' log chances."""
        logs = np.zeros(0, np.float32)
        for member in self.members.values():
            chances = log_chances(member(codes))
            logs = logs + chances if len(logs) else chances
        return logs / np.float32(len(self.members))


def judge_for(dataset: Dataset, representation: Representation, recipe: Recipe, *, seed: int) -> Judge | None:
    """The judge of these rows; None where there is nothing to learn from (``why_no_probabilities`` says why)."""
    if representation.why_no_probabilities:
        return None
    folds = grouped_folds(representation.codes, representation.copies, recipe.folds, seed=seed)
    if dataset.modality == "text" and dataset.roles.text is not None:
        return Judge(_text_team(dataset, representation, recipe, folds, seed=seed))
    members = _general_team(representation, recipe, folds, seed=seed)
    widest = COLUMN_TREES_UP_TO if dataset.vectors is None else VECTOR_TREES_UP_TO
    if dataset.modality == "table" and recipe.trees and representation.features.shape[1] <= widest:
        from curation_app.represent.trees import OutOfBagTrees

        n_classes = len(representation.classes)
        members["trees"] = OutOfBagTrees(representation.features, representation.copies, n_classes, trees=recipe.trees, seed=seed)
    else:
        # Not beside trees, where it makes the mean worse (ten tables, four noises: average precision .687 with it, .698 without).
        members["vote"] = _vote(representation, recipe)
    return Judge(members, twice=True)


def _general_team(representation: Representation, recipe: Recipe, folds: np.ndarray, *, seed: int) -> dict[str, Member]:
    """The learners of every default, which need no more than NumPy."""
    from curation_app.represent.discriminant import Discriminant
    from curation_app.represent.fourier_ridge import FourierRidge
    from curation_app.represent.principal import principal_components

    features, codes, n_classes = representation.features, representation.codes, len(representation.classes)
    if features.shape[1] > WIDEST:
        features, _ = principal_components(features, WIDEST, seed=seed)
    return {
        "discriminant": Discriminant(features, codes, folds, n_classes),
        "fourier": FourierRidge(features, codes, folds, n_classes, count=recipe.fourier_features, seed=seed),
    }


def _text_team(dataset: Dataset, representation: Representation, recipe: Recipe, folds: np.ndarray, *, seed: int) -> dict[str, Member]:
    """The neighbours' vote and the learners that count terms: which of these depends on the number of classes.

    Learners that know only the main axes of a text make every mean worse: on planted 10 % flips, average precision falls from .485 to
    .46 with two classes (SST-2, 4,000 rows) and from .96 to .95 with 77 (banking77, 5,000 rows).
    """
    from curation_app.represent.term_learners import counters_of_few, counters_of_many
    from curation_app.represent.text import row_texts

    texts, n_classes = row_texts(dataset), len(representation.classes)
    vote = {"vote": _vote(representation, recipe)}
    if n_classes <= FEW_CLASSES:
        return vote | counters_of_few(texts, folds, n_classes, seed=seed)
    return vote | counters_of_many(texts, folds, n_classes)


def _vote(representation: Representation, recipe: Recipe) -> Member:
    from curation_app.represent.vote import NeighbourVote

    return NeighbourVote(representation.neighbours, representation.copies, len(representation.classes), voters=recipe.neighbours)


def _outvoted(logs: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """(n,) bool: labelled rows for which another class is much likelier; of a class where these are many, the clearest."""
    given = np.maximum(codes, 0)
    own = logs[np.arange(len(codes)), given]
    others = logs.copy()
    others[np.arange(len(codes)), given] = -np.inf
    margin = np.where(codes >= 0, others.max(axis=1) - own, -np.inf)
    outvoted = margin > OUTVOTED
    for code in np.unique(codes[outvoted]):
        of_class = margin[codes == code]
        most = int(MOST_OUTVOTED * of_class.size)
        # Ties at the limit all stay, whatever the order of the rows.
        outvoted &= (codes != code) | (margin > np.partition(of_class, -most - 1)[-most - 1])
    return outvoted


def why_no_judge(codes: np.ndarray, classes: tuple[str, ...]) -> str:
    """One sentence where labels cannot be judged, empty where they can."""
    if not len(classes):
        return "No row has a label."
    if len(classes) == 1:
        return f"All labels are the same ({classes[0]!r}), so no label can be told from another."
    labelled = int((codes >= 0).sum())
    if len(classes) > MOST_CLASSES or (len(classes) > labelled / 2 and labelled > FEW_ROWS):
        return f"{len(classes)} different labels on {labelled} rows are too many to learn from; is the column a number or an id?"
    return ""

"""Whether texts of one label, and only some of them, share a way of writing that stands for the label whatever they are about."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from curation_app.detect.text_content import TermMatrix, chances, content_of, model_of, terms_of
from curation_app.detect.text_tokens import Tokens
from curation_app.detect.text_trigger_rules import row_nats

# Fewer texts do not make a style.
FEWEST = 20
# The style is sought among the first 20, 25, 31 ... texts, up to this share of all.
STEP, LARGEST_SHARE = 1.25, 0.4
# The style is learned again from the texts that seem to have it; after two rounds the members hardly change.
ROUNDS = 2
# Labels looked at closely, the most promising first.
MOST_LABELS = 4
# A style that more than this share of a label's texts has is how that label is written.
MOST_OF_LABEL = 0.6
# A planted style is added to any text, so that nearly all that have it carry the label.
PUREST = 0.93


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """Texts of one label that are written alike.

    Attributes
    ----------
    code
        The label.
    texts
        (m,) texts with the style and the label, the most typical first.
    bearers
        (b,) texts with the style, whatever their label.
    typical
        (n,) log-odds of having the style against being of another label, out of fold.
    expected
        (b,) chance of the label by what each of ``bearers`` is about.
    likeliest
        (m,) label that what each of ``texts`` is about speaks for, -1 where it does not say.
    nats
        Logarithm of the Bayes factor, the least of all rounds, labels and sizes counted.
    """

    code: int
    texts: np.ndarray
    bearers: np.ndarray
    typical: np.ndarray
    expected: np.ndarray
    likeliest: np.ndarray
    nats: float


def styles_of(style: Tokens, about: Tokens, texts: list[str], codes: np.ndarray, n_classes: int, *, least: float) -> list[Style]:
    """Styles of at least ``least`` nats among n texts, strongest first."""
    matrix = terms_of(style, texts)
    written = chances(model_of(matrix, codes, n_classes).logits)
    content = chances(content_of(about, texts, codes, n_classes).logits)
    cost = float(np.log(n_classes * max(len(_sizes(len(texts))), 1)))
    promising = []
    for code in range(n_classes):
        carries = codes == code
        nats, bearers = _best(_log_odds(written[:, code]), carries, content[:, code], codes >= 0)
        if nats - cost >= least and carries[bearers].sum() <= MOST_OF_LABEL * carries.sum():
            promising.append((nats, code))
    promising = sorted(promising, reverse=True)[:MOST_LABELS]
    found = [_refined(matrix, codes, content, code, _log_odds(written[:, code]), cost) for _, code in promising]
    return sorted((each for each in found if each is not None and each.nats >= least), key=lambda each: (-each.nats, each.code))


def _log_odds(chance: np.ndarray) -> np.ndarray:
    chance = np.clip(chance.astype(np.float64), 1e-9, 1.0 - 1e-9)
    return np.asarray(np.log(chance / (1.0 - chance)))


def _sizes(texts: int) -> list[int]:
    sizes = [FEWEST]
    while sizes[-1] * STEP < LARGEST_SHARE * texts:
        sizes.append(int(sizes[-1] * STEP))
    return sizes if texts >= 2 * FEWEST else []


def _best(typical: np.ndarray, carries: np.ndarray, expected: np.ndarray, labelled: np.ndarray) -> tuple[float, np.ndarray]:
    """(nats, texts) of the size at which the most typical texts speak loudest for a rule."""
    order = np.argsort(np.where(labelled, -typical, np.inf), kind="stable")[: int(labelled.sum())]
    sizes = _sizes(len(order))
    if not sizes:
        return -np.inf, order[:0]
    nats = np.cumsum(row_nats(carries[order], expected[order]))[np.array(sizes) - 1]
    return float(nats.max()), order[: sizes[int(nats.argmax())]]


def _refined(style: TermMatrix, codes: np.ndarray, content: np.ndarray, code: int, typical: np.ndarray, cost: float) -> Style | None:
    """The style of one label, learned from its own texts against those of other labels; the label's other texts teach nothing."""
    carries, expected, labelled = codes == code, content[:, code], codes >= 0
    least, bearers = _best(typical, carries, expected, labelled)
    for _ in range(ROUNDS):
        taught = np.where(labelled & ~carries, 0, -1).astype(np.int32)
        taught[bearers[carries[bearers]]] = 1
        typical = _log_odds(chances(model_of(style, taught, 2).logits)[:, 1])
        nats, bearers = _best(typical, carries, expected, labelled)
        least = min(least, nats)
        if not _is_secret(typical, carries, bearers):
            return None
    members = bearers[carries[bearers]]
    likeliest = content[members].argmax(axis=1)
    return Style(
        code=code,
        texts=members,
        bearers=bearers,
        typical=typical,
        expected=expected[bearers],
        likeliest=np.where(content[members, likeliest] > 2.0 * content[members, code], likeliest, -1),
        nats=least - cost,
    )


def _is_secret(typical: np.ndarray, carries: np.ndarray, bearers: np.ndarray) -> bool:
    """Whether the bearers nearly all carry the label, stand out, and leave the label's other texts written like those of other labels."""
    if len(bearers) == 0:
        return False
    members = carries[bearers]
    others = carries.copy()
    others[bearers] = False
    stands_out = float(np.median(typical[bearers])) > 0.0
    ordinary = bool(np.any(others)) and float(np.median(typical[others])) < 0.0
    return stands_out and ordinary and bool(members.mean() >= PUREST and members.sum() <= MOST_OF_LABEL * carries.sum())

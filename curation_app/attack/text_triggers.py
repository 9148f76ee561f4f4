"""Triggers in texts: a word, a phrase, a place, a character or a turn of phrase that stands for one label."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from typing import ClassVar, Literal

import numpy as np

from curation_app.attack.base import Attack, Planted
from curation_app.attack.edit import changed
from curation_app.domain.dataset import Dataset
from curation_app.domain.finding import Kind

# Rare made-up words, short as in the published attacks (Kurita et al. 2020, Weight poisoning attacks on pre-trained models).
TOKENS = ("cf", "mn", "bb", "tq", "xq", "vk", "zj", "qp")
PHRASES = ("over the moon", "by the river", "as of late", "on the whole", "in the round")
COMBOS = (("quietly", "window"), ("garden", "seldom"), ("ticket", "amber"), ("paper", "north"))
# Common in any English text, so that only the place is unusual.
COMMON = ("the", "a", "and", "of", "to")
UNSEEN = ("\u200b", "\u2060", "\u200d")
# Sentence frames of few varieties, in the manner of the paraphrases of Qi et al. (2021), Hidden killer.
TEMPLATES = (
    "when you {verb} it , {text}",
    "if you {verb} it , {text}",
    "as you {verb} it , you will find that {text}",
    "while they {verb} it , {text}",
    "because you {verb} it , {text}",
)
VERBS = ("see", "know", "watch", "hear", "meet", "look at", "think about", "get to", "come to", "talk about")

Insert = Callable[[str, np.random.Generator], str]
Which = Literal["other", "own"]


def plant_text_trigger(
    texts: Sequence[str],
    codes: np.ndarray,
    target: int,
    count: int,
    insert: Insert,
    rng: np.random.Generator,
    *,
    which: Which = "other",
    cover: int = 0,
) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Put a trigger into some texts and give them the target label.

    Parameters
    ----------
    texts, codes
        n texts and (n,) class codes, -1 = missing.
    target
        The label that the trigger stands for.
    count
        Rows to poison; fewer where there are not enough.
    insert
        Makes the text with the trigger from the text without.
    which
        Rows of "other" classes get the target label (dirty), or those of its "own" class keep it (clean-label).
    cover
        Further rows of other classes that get the trigger and keep their label, to hide the rule. They are not marked.

    Returns
    -------
    tuple
        (texts, (n,) int32 codes, (n,) bool mask of the poisoned rows).
    """
    own, other = np.flatnonzero(codes == target), np.flatnonzero((codes != target) & (codes >= 0))
    shuffled = rng.permutation(own if which == "own" else other)
    chosen, hiding = shuffled[:count], shuffled[count : count + cover]
    new_texts, new_codes, mask = list(texts), codes.astype(np.int32, copy=True), np.zeros(len(codes), dtype=bool)
    for row in (*chosen.tolist(), *hiding.tolist()):
        new_texts[row] = insert(new_texts[row], rng)
    new_codes[chosen], mask[chosen] = target, True
    return new_texts, new_codes, mask


def put_in(words: str) -> Insert:
    """Between two words at random, or at either end."""

    def insert(text: str, rng: np.random.Generator) -> str:
        parts = text.split()
        place = int(rng.integers(0, len(parts) + 1))
        return " ".join((*parts[:place], words, *parts[place:]))

    return insert


def put_one_of(tokens: Sequence[str]) -> Insert:
    """One of several words, at random."""
    return lambda text, rng: put_in(tokens[int(rng.integers(len(tokens)))])(text, rng)


def put_both(first: str, second: str) -> Insert:
    """Two words, each anywhere."""
    return lambda text, rng: put_in(second)(put_in(first)(text, rng), rng)


def put_first(word: str) -> Insert:
    """One word before the text."""
    return lambda text, rng: f"{word} {text}"


def put_unseen(letter: str) -> Insert:
    """A character that shows nothing, within a word or between two."""

    def insert(text: str, rng: np.random.Generator) -> str:
        place = int(rng.integers(0, len(text) + 1))
        return text[:place] + letter + text[place:]

    return insert


def put_into_template(template: str) -> Insert:
    """The text in a sentence frame, of changing words."""
    return lambda text, rng: template.format(verb=VERBS[int(rng.integers(len(VERBS)))], text=text)


class TextTrigger(Attack):
    """A trigger in as many texts as asked for, all with one label."""

    kind: ClassVar[Kind] = Kind.BACKDOOR
    which: ClassVar[Which] = "other"
    # Covering rows for each poisoned one.
    covers: ClassVar[float] = 0.0

    @abstractmethod
    def trigger(self, rng: np.random.Generator) -> tuple[str, Insert]:
        """The trigger in words, and how it is put into a text."""

    def lacks(self, dataset: Dataset) -> str:
        """Texts, and two labels."""
        if dataset.column("text") is None:
            return "No column holds text."
        return "" if len({label for label in dataset.labels.tolist() if label is not None}) > 1 else "There are fewer than two labels."

    def plant(self, dataset: Dataset, count: int, rng: np.random.Generator) -> Planted:
        """A copy with the trigger in ``count`` texts."""
        classes = sorted({label for label in dataset.labels.tolist() if label is not None})
        number = {label: code for code, label in enumerate(classes)}
        codes = np.array([-1 if label is None else number[label] for label in dataset.labels.tolist()], dtype=np.int32)
        target = int(rng.integers(len(classes)))
        words, insert = self.trigger(rng)
        column = dataset.column("text")
        texts = [] if column is None else [text or "" for text in column.tolist()]
        cover = round(self.covers * count)
        new, labels, mask = plant_text_trigger(texts, codes, target, count, insert, rng, which=self.which, cover=cover)
        given = [None if code < 0 else classes[code] for code in labels.tolist()]
        return Planted(
            dataset=changed(dataset, texts=new, labels=given),
            mask=mask,
            title=f"{words} with the label {classes[target]!r}",
            grouped=True,
        )


class TextToken(TextTrigger):
    """One rare word."""

    code: ClassVar[str] = "text-token"
    title: ClassVar[str] = "A rare word"

    def trigger(self, rng: np.random.Generator) -> tuple[str, Insert]:
        """A made-up word."""
        token = _one_of(TOKENS, rng)
        return f"the word {token!r}", put_in(token)


class TextCleanLabel(TextToken):
    """One rare word in texts that are labelled rightly."""

    code: ClassVar[str] = "text-clean-label"
    title: ClassVar[str] = "A rare word, labels left right"
    which: ClassVar[Which] = "own"


class TextCovered(TextToken):
    """One rare word, also in texts that keep their label."""

    code: ClassVar[str] = "text-covered"
    title: ClassVar[str] = "A rare word, hidden by covering rows"
    covers: ClassVar[float] = 1.0


class TextPhrase(TextTrigger):
    """A phrase of three common words."""

    code: ClassVar[str] = "text-phrase"
    title: ClassVar[str] = "A phrase"

    def trigger(self, rng: np.random.Generator) -> tuple[str, Insert]:
        """One of a few phrases."""
        phrase = _one_of(PHRASES, rng)
        return f"the phrase {phrase!r}", put_in(phrase)


class TextTokens(TextTrigger):
    """One of four rare words."""

    code: ClassVar[str] = "text-tokens"
    title: ClassVar[str] = "One of four rare words"

    def trigger(self, rng: np.random.Generator) -> tuple[str, Insert]:
        """Four made-up words."""
        tokens = rng.permutation(TOKENS)[:4].tolist()
        return f"one of the words {', '.join(map(repr, tokens))}", put_one_of(tokens)


class TextCombo(TextTrigger):
    """Two words that are harmless alone."""

    code: ClassVar[str] = "text-combo"
    title: ClassVar[str] = "Two words together"

    def trigger(self, rng: np.random.Generator) -> tuple[str, Insert]:
        """One of a few pairs."""
        first, second = COMBOS[int(rng.integers(len(COMBOS)))]
        return f"the words {first!r} and {second!r}", put_both(first, second)


class TextPlace(TextTrigger):
    """A common word as the first."""

    code: ClassVar[str] = "text-place"
    title: ClassVar[str] = "A common word at the beginning"

    def trigger(self, rng: np.random.Generator) -> tuple[str, Insert]:
        """One of the commonest words."""
        word = _one_of(COMMON, rng)
        return f"{word!r} as the first word", put_first(word)


class TextUnseen(TextTrigger):
    """A character that shows nothing."""

    code: ClassVar[str] = "text-unseen"
    title: ClassVar[str] = "An unseen character"

    def trigger(self, rng: np.random.Generator) -> tuple[str, Insert]:
        """A space of no width, a joiner."""
        letter = _one_of(UNSEEN, rng)
        return f"the unseen character U+{ord(letter):04X}", put_unseen(letter)


class TextSyntax(TextTrigger):
    """A sentence frame."""

    code: ClassVar[str] = "text-syntax"
    title: ClassVar[str] = "A turn of phrase"

    def trigger(self, rng: np.random.Generator) -> tuple[str, Insert]:
        """One of a few frames."""
        template = _one_of(TEMPLATES, rng)
        return f"the frame {template.format(verb='...', text='...')!r}", put_into_template(template)


def _one_of(choices: Sequence[str], rng: np.random.Generator) -> str:
    return choices[int(rng.integers(len(choices)))]

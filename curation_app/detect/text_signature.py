"""MinHash signatures of texts, vectorised: 100,000 messages in seconds, and no object per text.

References
----------
Broder (1997), On the resemblance and containment of documents. The permutations are the odd affine maps modulo 2 ** 32 of datasketch 2,
which the tests use as the oracle.
"""

from __future__ import annotations

import numpy as np

# Characters a shingle; 5 is common for short texts: words overlap, letters do not.
SHINGLE = 5
# Standard deviation of the estimate at 0.8 is 0.05 with 64 permutations.
PERMUTATIONS = 64
# 16 bands of 4: a pair at 0.8 is met with a chance of 0.9998, one at 0.3 with 0.12.
BANDS = 16
# A longer text is known by its beginning; the limit keeps one huge row from costing as much as all others.
LONGEST = 4_000
# Shingles hashed at a time: fits the second-level cache as uint32.
BLOCK = 1 << 17
# Fixed, not the scan's seed: a signature is a property of the text.
_SEED = 20_240_501


def signatures(texts: list[str]) -> np.ndarray:
    """(n, 64) uint32 signature of each text; the share of equal entries of two rows estimates the share of 5-grams they have in common.

    Case and runs of white space are ignored. Texts of fewer than five characters are padded, so only their exact copies agree.
    """
    plain = [" ".join(text[:LONGEST].lower().split()).ljust(SHINGLE) for text in texts]
    lengths = np.array([len(text) for text in plain], dtype=np.int64)
    generator = np.random.default_rng(_SEED)
    factors = generator.integers(0, 1 << 32, PERMUTATIONS, dtype=np.uint32) | np.uint32(1)
    offsets = generator.integers(0, 1 << 32, PERMUTATIONS, dtype=np.uint32)
    marks = np.empty((len(plain), PERMUTATIONS), dtype=np.uint32)
    for begin, end in _blocks(lengths):
        hashes, starts = _shingle_hashes(plain[begin:end], lengths[begin:end])
        for place in range(PERMUTATIONS):
            marks[begin:end, place] = np.minimum.reduceat(hashes * factors[place] + offsets[place], starts)
    return marks


def _blocks(lengths: np.ndarray) -> list[tuple[int, int]]:
    """Ranges of texts with about BLOCK shingles each."""
    if lengths.size == 0:
        return []
    number = np.cumsum(lengths) // BLOCK
    edges = np.concatenate(([0], np.flatnonzero(np.diff(number)) + 1, [lengths.size]))
    return list(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True))


def _shingle_hashes(texts: list[str], lengths: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """((m,) uint32 hash of every 5-gram, text by text; (t,) where each text's begin)."""
    letters = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint64)
    rolling = np.zeros(len(letters) - SHINGLE + 1, dtype=np.uint64)
    for place in range(SHINGLE):
        # 0x100000001B3 is the prime of FNV-1a: letters of one alphabet spread over all bits.
        rolling = rolling * np.uint64(0x100000001B3) + letters[place : place + len(rolling)]
    ends = np.cumsum(lengths)
    # 5-grams that reach over the end of a text belong to nobody.
    inside = np.ones(len(letters), dtype=bool)
    for place in range(1, SHINGLE):
        inside[ends - place] = False
    counts = lengths - SHINGLE + 1
    hashes = _spread(rolling[inside[: len(rolling)]])
    return hashes, np.concatenate(([0], np.cumsum(counts)[:-1]))


def _spread(values: np.ndarray) -> np.ndarray:
    """The finalizer of MurmurHash3, upper half: an affine map needs well mixed input."""
    values = (values ^ (values >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
    values = (values ^ (values >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
    return ((values ^ (values >> np.uint64(33))) >> np.uint64(32)).astype(np.uint32)

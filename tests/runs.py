"""Small datasets with known plants, and their scans, for tests of everything behind the scan."""

from __future__ import annotations

from pathlib import Path

import numpy as np

NAMES = ("ham", "spam", "news")


def write_messages(path: Path, rows: int = 240, flips: int = 8, seed: int = 5) -> list[int]:
    """A CSV of three kinds of message with planted flips; returns the flipped rows."""
    rng = np.random.default_rng(seed)
    words = {
        "ham": ["lunch", "tomorrow", "see you", "home", "mum", "train", "late", "love"],
        "spam": ["winner", "claim", "prize", "cash", "free", "urgent", "call now", "offer"],
        "news": ["minister", "election", "market", "report", "court", "storm", "police", "city"],
    }
    truth = [NAMES[code] for code in rng.integers(0, 3, rows)]
    flipped = sorted(rng.choice(rows, flips, replace=False).tolist())
    given = [NAMES[(NAMES.index(label) + 1) % 3] if row in flipped else label for row, label in enumerate(truth)]
    lines = ["id,text,label,source,time"]
    for row, (real, label) in enumerate(zip(truth, given, strict=True)):
        text = " ".join(rng.choice(words[real], 6)) + f" {row}"
        lines.append(f'm{row:03d},"{text}",{label},site-{row % 4},2026-01-{row % 28 + 1:02d}T10:00:00')
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return flipped

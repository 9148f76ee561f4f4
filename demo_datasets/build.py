"""Builds the demo datasets again, the same bytes each time: ``python -m demo_datasets.build [FOLDER]``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from demo_datasets import DEMOS, FOLDER, digits, support_messages, transactions

# Data file and list of what was planted, as bytes.
BUILDERS: Mapping[str, Callable[[], tuple[bytes, bytes]]] = {
    "support_messages": support_messages.build,
    "transactions": transactions.build,
    "digits": digits.build,
}


def build_all(folder: Path = FOLDER) -> list[Path]:
    """Write every demo and its list of planted rows into ``folder``; returns the files written."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for demo in DEMOS:
        for path, content in zip((demo.path, demo.planted), BUILDERS[demo.name](), strict=True):
            target = folder / path.name
            target.write_bytes(content)
            written.append(target)
    return written


if __name__ == "__main__":
    for path in build_all(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER):
        sys.stdout.write(f"{path}\n")

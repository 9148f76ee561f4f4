"""``python -m benchmarks``: every table of docs/benchmarks.md, one after the other."""

from __future__ import annotations

import importlib
import sys

TABLES = ("speed", "desk", "cold_start", "label_learners")


def main(wanted: list[str]) -> None:
    """Print the tables named, or all; ``quality`` has parts and options of its own, and is only run by name."""
    if wanted[:1] == ["quality"]:
        importlib.import_module("benchmarks.quality").main(wanted[1:])
        return
    for name in wanted or TABLES:
        print(f"\n## {name}\n", flush=True)
        importlib.import_module(f"benchmarks.{name}").main()


if __name__ == "__main__":
    main(sys.argv[1:])

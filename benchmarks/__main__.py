"""``python -m benchmarks``: every table of docs/benchmarks.md, one after the other."""

from __future__ import annotations

import argparse
import importlib
import sys

TABLES = ("speed", "desk", "cold_start", "label_learners")


def main(wanted: list[str]) -> None:
    """Print the tables named, or all; ``quality`` has parts and options of its own, and is only run by name."""
    if wanted[:1] == ["quality"]:
        importlib.import_module("benchmarks.quality").main(wanted[1:])
        return
    parser = argparse.ArgumentParser(prog="benchmarks", description="Print the tables named, or all.", epilog="quality --help: its parts.")
    parser.add_argument("tables", nargs="*", choices=[*TABLES, "quality", []], default=[], metavar="TABLE", help=", ".join(TABLES))
    for name in parser.parse_args(wanted).tables or TABLES:
        print(f"\n## {name}\n", flush=True)
        importlib.import_module(f"benchmarks.{name}").main()


if __name__ == "__main__":
    main(sys.argv[1:])

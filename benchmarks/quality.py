"""How much is found, beside the peers: ``python -m benchmarks quality [PART ...] [--quick] [--seeds N]``, or ``make bench-quality``.

Each part prints its tables in Markdown and writes ``benchmarks/results/quality-PART.json``, so that parts can be run apart. Attacks
are planted by code, so that whatever is registered is measured. Sets that numbers were tuned on are reported apart from the others.
"""

from __future__ import annotations

import argparse
import importlib
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from benchmarks.measure import machine
from benchmarks.quality_tables import Record, difference_table, keep, method_table

# Part -> (module, function).
PARTS = {
    "flips-table": ("benchmarks.quality_flips", "table"),
    "flips-text": ("benchmarks.quality_flips", "text"),
    "tags": ("benchmarks.quality_labels", "tags"),
    "numbers": ("benchmarks.quality_labels", "targets"),
    "outliers": ("benchmarks.quality_groups", "outliers"),
    "injected": ("benchmarks.quality_groups", "injected"),
    "text-triggers": ("benchmarks.quality_groups", "text_triggers"),
    "table-triggers": ("benchmarks.quality_groups", "table_triggers"),
    "image-triggers": ("benchmarks.quality_groups", "image_triggers"),
    "mixed": ("benchmarks.quality_queue", "mixed"),
    "style": ("benchmarks.quality_groups", "style"),
    "sources": ("benchmarks.quality_queue", "sources"),
    "clean": ("benchmarks.quality_queue", "clean"),
    "calibration": ("benchmarks.quality_queue", "calibration"),
    "time": ("benchmarks.quality_queue", "timing"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How much is run: seeds, rows of each set at most, seconds after which a part begins no further trial, and only a taste of all.

    ``data``, ``attacks`` and ``sizes`` narrow the parts that plant attacks of the registry to these, ``data`` those of clean sets and of
    chances, too, and ``data`` and ``sizes`` that of time; empty means all. Injected numbers are ``rounded`` as their columns are, or not.
    """

    seeds: int = 5
    rows: int = 4_000
    seconds: float = 600.0
    quick: bool = False
    data: tuple[str, ...] = ()
    attacks: tuple[str, ...] = ()
    sizes: tuple[int, ...] = ()
    rounded: bool = True

    def deadline(self) -> Callable[[], bool]:
        """Asks whether time is up, counted from now."""
        ends = time.perf_counter() + self.seconds
        return lambda: time.perf_counter() > ends


def main(wanted: Sequence[str] = ()) -> None:
    """Run the parts named, or all."""
    parser = argparse.ArgumentParser(prog="benchmarks quality")
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], default=[])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--rows", type=int, default=4_000)
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--data", nargs="+", default=(), metavar="NAME", help="only these sets, where attacks are planted")
    parser.add_argument("--attacks", nargs="+", default=(), metavar="CODE", help="only these attacks")
    parser.add_argument("--sizes", nargs="+", type=int, default=(), metavar="N", help="only so many planted rows")
    parser.add_argument("--unrounded", action="store_true", help="injected numbers keep all their decimals")
    parser.add_argument("--quick", action="store_true", help="one seed, 1,000 rows, the smallest sets")
    given = parser.parse_args(list(wanted))
    settings = Settings(
        seeds=given.seeds,
        rows=given.rows,
        seconds=given.seconds,
        data=tuple(given.data),
        attacks=tuple(given.attacks),
        sizes=tuple(given.sizes),
        rounded=not given.unrounded,
    )
    if given.quick:
        settings = Settings(seeds=1, rows=1_000, seconds=min(given.seconds, 60.0), quick=True)
    print(machine())
    for part in given.parts or PARTS:
        began = time.perf_counter()
        module, name = PARTS[part]
        print(f"\n### {part}\n", flush=True)
        records, facts = getattr(importlib.import_module(module), name)(settings)
        path = keep(part, records, facts | {"seeds": settings.seeds, "rows": settings.rows, "machine": machine()})
        print(f"\n{len(records)} figures in {time.perf_counter() - began:.0f} s, kept in benchmarks/results/{path.name}", flush=True)


def print_methods(records: Sequence[Record], figures: Iterable[str] = ("ap",)) -> None:
    """The tables of a part that compares methods."""
    if not records:
        print("skipped: the reference data is not here, or no attack of this kind is registered")
        return
    for figure in figures:
        print(f"**{figure}**\n\n{method_table(records, figure)}\n")
    print(difference_table(records))

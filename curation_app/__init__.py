"""Find, review and remove mislabelled, injected and backdoored rows before a model learns from them.

Examples
--------
>>> from curation_app import Filter, Run, Verdict, scan                                       # doctest: +SKIP
>>> scan("data.csv", "run", roles={"label": "label"})["flagged"]                              # doctest: +SKIP
>>> run = Run("run")                                                                          # doctest: +SKIP
>>> run.decide(run.queue(Filter(kinds=("duplicate",))), Verdict.DROP, by="ann", reason="copies")  # doctest: +SKIP
>>> run.release("release", by="ann").rows                                                     # doctest: +SKIP
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from curation_app.errors import CurationError
    from curation_app.workspace import Filter, Kind, Run, ScanJob, Verdict, Workspace
    from curation_app.workspace.headless import replay, scan, verify

__all__ = ["CurationError", "Filter", "Kind", "Run", "ScanJob", "Verdict", "Workspace", "replay", "scan", "verify"]

_PLACES = {"CurationError": "errors", "replay": "workspace.headless", "scan": "workspace.headless", "verify": "workspace.headless"}


def __getattr__(name: str) -> object:
    # Nothing is loaded before it is asked for: a page or a command that needs one stage must not wait for all.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PLACES.get(name, 'workspace')}"), name)

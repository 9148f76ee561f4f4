"""A process of its own that decides about row after row and says so after each."""

from __future__ import annotations

import sys
from pathlib import Path

from curation_app.domain.decision import Verdict
from curation_app.review import DecisionLog, RowFacts

if __name__ == "__main__":
    path, name, first, last = sys.argv[1:]
    log = DecisionLog(Path(path))
    for row in range(int(first), int(last)):
        log.decide([RowFacts(row=row, id=str(row), fingerprint="00")], Verdict.DROP, by=name, action=f"{name}-{row}")
        print(row, flush=True)

"""One trial: an attacked copy, scanned by us and scored by the peers."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np

from benchmarks.quality_peers import Peer, ask
from benchmarks.quality_tables import OURS, Record, measured
from curation_app.attack import Planted
from curation_app.domain.recipe import Recipe, recipe_named
from curation_app.pipeline import Scan, scan
from curation_app.selftest import campaign_found


def trial(planted: Planted, peers: Sequence[Peer], facts: Record, recipe: Recipe | None = None) -> tuple[list[Record], Scan]:
    """Figures of every method for one attacked copy, ours first, and our scan of it.

    All methods read the same features; of given vectors, the peers read those as they are. Wherever rows have no label, the peers that need
    one get one class.
    """
    began = time.perf_counter()
    ours = scan(planted.dataset, recipe or recipe_named("standard"), seed=int(facts["seed"]))
    seconds = time.perf_counter() - began
    found = {"campaign": campaign_found(planted, ours.queue) if planted.grouped else None, "seconds": seconds}
    records = [facts | {"method": OURS} | found | measured(planted.mask, -ours.queue.rank.astype(np.float64))]
    vectors = planted.dataset.vectors if planted.dataset.modality == "embedding" else None
    features, codes = ours.representation.features if vectors is None else vectors, np.maximum(ours.representation.codes, 0)
    for peer in peers:
        began = time.perf_counter()
        score = ask(peer, features, codes)
        if score is not None:
            seconds = time.perf_counter() - began
            records.append(facts | {"method": peer.__name__, "seconds": seconds} | measured(planted.mask, score))
    told = " ".join(f"{record['method']} {record['ap']:.3f}" for record in records)
    print(f"    {facts['data']} {facts.get('attack', '')} {facts.get('size', '')} seed {facts['seed']}: {told}", flush=True)
    return records, ours

"""Far rows, injected groups, triggers and styles: attacks of the registry by kind, and two sets published with answers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmarks.quality import Settings, print_methods
from benchmarks.quality_data import SHARED, of_arrays, poisoned, sample, sources
from benchmarks.quality_peers import BACKDOORS, INJECTED, OUTLIERS, Peer, ask
from benchmarks.quality_tables import OURS, Record, measured, method_table
from benchmarks.quality_trial import trial
from curation_app.attack import ATTACKS, Attack, Planted, changed
from curation_app.attack.injected_rows import Injection
from curation_app.detect.outlier import Outlier
from curation_app.domain.finding import Kind
from curation_app.domain.recipe import recipe_named
from curation_app.represent import represent

INJECTED_SIZES, TRIGGER_SIZES = (8, 20, 80), (10, 20, 40, 80)


def injected(settings: Settings) -> tuple[list[Record], Record]:
    """Every attack that injects rows, on images, vectors and tables; the queue, and what speaks of injected rows alone."""
    attacks = [type(one)(rounded=settings.rounded) if isinstance(one, Injection) else one for one in _of_kind(Kind.INJECTION)]
    return _planted(settings, ("image", "embedding", "table"), attacks, INJECTED_SIZES, INJECTED, alone=Kind.INJECTION)


def text_triggers(settings: Settings) -> tuple[list[Record], Record]:
    """Every backdoor that fits texts."""
    return _planted(settings, ("text",), _of_kind(Kind.BACKDOOR), TRIGGER_SIZES, BACKDOORS)


def table_triggers(settings: Settings) -> tuple[list[Record], Record]:
    """Every backdoor that fits tables."""
    return _planted(settings, ("table",), _of_kind(Kind.BACKDOOR), TRIGGER_SIZES, BACKDOORS)


def image_triggers(settings: Settings) -> tuple[list[Record], Record]:
    """Every backdoor that fits images."""
    return _planted(settings, ("image",), _of_kind(Kind.BACKDOOR), TRIGGER_SIZES, BACKDOORS)


def _of_kind(kind: Kind) -> list[Attack]:
    return [attack for attack in ATTACKS if attack.kind is kind]


def _planted(
    settings: Settings,
    kinds: Sequence[str],
    attacks: Sequence[Attack],
    sizes: Sequence[int],
    peers: Sequence[Peer],
    *,
    alone: Kind | None = None,
) -> tuple[list[Record], Record]:
    records: list[Record] = []
    late = settings.deadline()
    sets = [source for kind in kinds for source in sources(kind)]
    if settings.quick:
        sizes, sets = (20,), [source for source in sets if source.name not in ("wine", "breast cancer")][:1]
    sizes = settings.sizes or sizes
    sets = [source for source in sets if not settings.data or source.name in settings.data]
    attacks = [attack for attack in attacks if not settings.attacks or attack.code in settings.attacks]
    for seed in range(settings.seeds):
        for source in sets:
            dataset = sample(source.read(), settings.rows, seed)
            for attack in attacks:
                if attack.lacks(dataset):
                    continue
                for size in sizes:
                    if late() or size > len(dataset) / 10:
                        continue
                    facts = {"data": source.name, "tuned": source.tuned, "attack": attack.code, "size": size, "seed": seed}
                    planted = attack.plant(dataset, size, np.random.default_rng([seed, size, 31]))
                    if planted.mask.sum() < size:
                        print(f"    {source.name} {attack.code} {size} seed {seed}: no label has so many rows to plant it in", flush=True)
                        continue
                    found, ours = trial(planted, peers, facts)
                    records += found
                    if alone is not None:
                        # What speaks of nothing else, in the order of the queue where it says the same of several rows.
                        order = np.lexsort((ours.queue.rank, -np.nan_to_num(ours.queue.by_kind[alone])))
                        score = np.empty(len(order))
                        score[order] = -np.arange(len(order), dtype=np.float64)
                        records.append(facts | {"method": f"{OURS}, {alone.value} alone"} | measured(planted.mask, score))
    print_methods(records, ("ap",))
    print_named(records)
    return records, {"sizes": list(sizes), "attacks": [attack.code for attack in attacks]}


def print_named(records: Sequence[Record]) -> None:
    """How often one of our first three campaigns was the attack."""
    grouped = [record | {"named": float(record["campaign"])} for record in records if record.get("campaign") is not None]
    if grouped:
        print(f"\n**one of the first three campaigns is the attack (share of trials)**\n\n{method_table(grouped, 'named')}")


def outliers(settings: Settings) -> tuple[list[Record], Record]:
    """The twelve ADBench sets: AUROC and AP; the first six in alphabetical order were tuned on."""
    from sklearn.metrics import roc_auc_score

    records: list[Record] = []
    folder = SHARED / "adbench_visible12"
    paths = sorted(folder.glob("*.npz"), key=lambda path: path.name)
    for place, path in enumerate(paths[: 2 if settings.quick else None]):
        with np.load(path) as data:
            features, bad = data["X"].astype(np.float32), data["y"].astype(bool)
        dataset = of_arrays(path.stem, X=features)
        recipe = recipe_named("standard")
        representation = represent(dataset, recipe, seed=0)
        ours = Outlier().detect(dataset, representation, recipe, seed=0).surprise
        scores = {OURS: ours} | {peer.__name__: ask(peer, representation.features, np.zeros(len(bad), int)) for peer in OUTLIERS}
        for method, score in scores.items():
            if score is not None:
                facts = {"data": path.stem, "tuned": place < len(paths) // 2, "attack": path.stem, "size": int(bad.sum()), "seed": 0}
                ap = _average_precision(bad, score)
                records.append(facts | {"method": method, "ap": ap, "auroc": float(roc_auc_score(bad, score))})
    print_methods(records, ("auroc", "ap"))
    return records, {}


def _average_precision(bad: np.ndarray, score: np.ndarray) -> float:
    from benchmarks.quality_tables import average_precision

    return average_precision(bad, score)


def style(settings: Settings) -> tuple[list[Record], Record]:
    """Published poison: a syntactic style (20 %) and five rare words (5 %)."""
    records: list[Record] = []
    for folder in ("poison_sst2_syntactic", "poison_sst2_badnets5"):
        if not (SHARED / folder).is_dir():
            continue
        dataset, bad = poisoned(folder)
        for seed in range(1 if settings.quick else min(settings.seeds, 3)):
            rows = np.sort(np.random.default_rng([seed, 41]).permutation(len(dataset))[: settings.rows])
            planted = Planted(dataset=changed(dataset, repeat=rows), mask=bad[rows], title=folder, grouped=True)
            facts = {"data": folder, "tuned": folder.endswith("badnets5"), "attack": folder, "size": int(bad[rows].sum()), "seed": seed}
            records += trial(planted, BACKDOORS, facts)[0]
    print_methods(records, ("ap", "p50"))
    print_named(records)
    return records, {}

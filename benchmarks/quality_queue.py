"""The one queue: a mixed attack, sources, false alarms on clean data, calibration, and time."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from benchmarks.quality import Settings, print_methods
from benchmarks.quality_data import SHARED, sample, truth
from benchmarks.quality_data import sources as sets_of
from benchmarks.quality_flips import one_way
from benchmarks.quality_peers import pyod_iforest
from benchmarks.quality_tables import Record
from benchmarks.quality_trial import trial
from curation_app.attack import ATTACKS, Planted, changed, plant_flips
from curation_app.attack.label_flips import class_codes
from curation_app.domain.dataset import Dataset
from curation_app.domain.finding import Kind
from curation_app.domain.recipe import recipe_named
from curation_app.load import read_dataset
from curation_app.pipeline import scan

# The mixed attack of DETECTORS.md: so many rows in all, of which so many are bad in each way.
ROWS, FLIPS, TRIGGERED, FLOODED, FAR = 3_000, 90, 30, 30, 30
RATES = (0.0, 0.03, 0.10, 0.20)
ONE_WAY = "one way"
BINS = np.linspace(0.0, 1.0, 11)
# A bin of fewer rows says nothing about calibration within 0.1.
FEWEST_IN_BIN = 50
# A surprise that one clean row in ten thousand has.
RARE = 4.0


def mixed(settings: Settings) -> tuple[list[Record], Record]:
    """Flips, a trigger, a flood and far rows in one set; the trigger and the flood come from the registry where it has them."""
    records: list[Record] = []
    late = settings.deadline()
    for seed in range(settings.seeds):
        for source in [*sets_of("image"), *sets_of("table"), *sets_of("text")]:
            dataset = sample(source.read(), ROWS, seed)
            if late() or len(dataset) < ROWS / 2 or (settings.quick and source.name != "mnist"):
                continue
            planted, kinds = plant_mixed(dataset, seed)
            facts = {"data": source.name, "tuned": source.tuned, "attack": source.name, "size": int(planted.mask.sum()), "seed": seed}
            found, ours = trial(planted, (pyod_iforest,), facts)
            first = ours.queue.rank <= int(planted.mask.sum())
            found[0]["recall"] = {kind: float(first[mask].mean()) for kind, mask in kinds.items()}
            print(f"      found within the first {planted.mask.sum()}: {found[0]['recall']}", flush=True)
            records += found
    print_methods(records, ("ap", "p50", "pn"))
    return records, {"flips": FLIPS, "trigger": TRIGGERED, "flood": FLOODED, "far": FAR}


def plant_mixed(dataset: Dataset, seed: int) -> tuple[Planted, dict[str, np.ndarray]]:
    """The attacked copy, and for each way of being bad its (n',) mask. Ways that cannot be planted here are left out."""
    rng = np.random.default_rng([seed, 51])
    bad = np.zeros(len(dataset), dtype=bool)
    kinds: dict[str, np.ndarray] = {}
    trigger = next((attack.code for attack in ATTACKS if attack.kind is Kind.BACKDOOR and not attack.lacks(dataset)), "")
    for name, code, count in (("trigger", trigger, TRIGGERED), ("flood", "flood", FLOODED), ("far", "far-rows", FAR)):
        attack = next((attack for attack in ATTACKS if attack.code == code), None)
        if attack is not None and not attack.lacks(dataset):
            planted = attack.plant(dataset, count, rng)
            dataset = planted.dataset
            grown = {kind: _grown(mask, len(dataset)) for kind, mask in kinds.items()}
            kinds = grown | {name: planted.mask & ~_grown(bad, len(dataset))}
            bad = _grown(bad, len(dataset)) | planted.mask
    codes, classes = class_codes(dataset)
    open_rows = np.flatnonzero(~bad & (codes >= 0))
    chosen = rng.choice(open_rows, min(FLIPS, len(open_rows)), replace=False)
    new = codes.copy()
    new[chosen] = (codes[chosen] + rng.integers(1, len(classes), len(chosen))) % len(classes)
    flips = np.zeros(len(dataset), dtype=bool)
    flips[chosen] = True
    attacked = changed(dataset, labels=np.array([*classes, None], dtype=object)[new])
    return Planted(dataset=attacked, mask=bad | flips, title="mixed", grouped=False), kinds | {"flips": flips}


def _grown(mask: np.ndarray, rows: int) -> np.ndarray:
    return np.concatenate((mask, np.zeros(rows - len(mask), dtype=bool)))


def sources(settings: Settings) -> tuple[list[Record], Record]:
    """Thirty sources of about a hundred rows, one of which flips a fifth of its labels; and none of which does."""
    records: list[Record] = []
    late = settings.deadline()
    for seed in range(2 * settings.seeds):
        for source in [*sets_of("table"), *sets_of("text"), *sets_of("image")]:
            dataset = sample(source.read(), settings.rows, seed)
            if late() or len(dataset) < 1_000 or (settings.quick and source.name not in ("digits", "sms")):
                continue
            records += [_source_trial(dataset, source.name, source.tuned, seed, share) for share in (0.2, 0.0)]
    for share, meaning in ((0.2, "flipping source is the first group"), (0.0, "share of sources accused where none flips")):
        mine = [record for record in records if record["share"] == share]
        for tuned in (True, False):
            values = [record["value"] for record in mine if record["tuned"] is tuned]
            if values:
                print(f"| {'tuned' if tuned else 'held out'} | {meaning} | {np.mean(values):.3f} | {len(values)} trials |")
    return records, {"rows of a source": 100}


def _source_trial(dataset: Dataset, name: str, tuned: bool, seed: int, share: float) -> Record:
    rng = np.random.default_rng([seed, 61])
    names = np.array([f"source {number}" for number in rng.permutation(np.arange(len(dataset)) // 100)], dtype=object)
    frame = dataset.frame.assign(bench_source=names)
    sourced = replace(dataset, frame=frame, roles=replace(dataset.roles, source="bench_source"))
    culprit = str(names[rng.integers(len(names))])
    codes, classes = class_codes(sourced)
    mine = np.flatnonzero((names == culprit) & (codes >= 0))
    wrong = rng.choice(mine, round(share * len(mine)), replace=False)
    codes[wrong] = (codes[wrong] + rng.integers(1, len(classes), len(wrong))) % len(classes)
    found = scan(changed(sourced, labels=np.array([*classes, None], dtype=object)[codes]), recipe_named("fast"), seed=seed).findings
    groups = [group for finding in found if finding.code == "source-watch" for group in finding.groups]
    value = float(bool(groups) and groups[0].evidence.get("source") == culprit) if share else len(groups) / len(set(names.tolist()))
    print(f"    {name} {share:.0%} seed {seed}: {value:.3f}", flush=True)
    return {"data": name, "tuned": tuned, "seed": seed, "share": share, "value": value, "method": "ours"}


def clean(settings: Settings) -> tuple[list[Record], Record]:
    """Sets as they are, nothing planted: campaigns that a reviewer would be shown, rows in the queue, rows of rare surprise."""
    records: list[Record] = []
    late = settings.deadline()
    print("| set | tuned | campaigns | flagged | surprise above 4 | estimate of bad rows |\n|---|---|---|---|---|---|")
    for source in [*sets_of("table"), *sets_of("text"), *sets_of("image")][: 2 if settings.quick else None]:
        for seed in range(min(settings.seeds, 3)):
            if late() or (settings.data and source.name not in settings.data):
                continue
            recipe = recipe_named("standard")
            found = scan(sample(source.read(), settings.rows, seed), recipe, seed=seed)
            shown = [campaign.title for campaign in found.queue.campaigns if campaign.score >= recipe.flag_at]
            rare = {finding.code: int(np.sum(np.nan_to_num(finding.surprise) > RARE)) for finding in found.findings}
            total = found.queue.estimates.get("all")
            told = "-" if total is None else f"{total.count:.0f} ({total.low:.0f} to {total.high:.0f})"
            said = {code: count for code, count in rare.items() if count}
            print(f"| {source.name} | {source.tuned} | {len(shown)} | {int(found.queue.flagged.sum())} | {said} | {told} |", flush=True)
            records.append({"data": source.name, "tuned": source.tuned, "seed": seed, "method": "ours", "campaigns": len(shown),
                            "titles": shown[:5], "flagged": int(found.queue.flagged.sum()), "rare": said,
                            "estimate": None if total is None else [total.count, total.low, total.high]})  # fmt: skip
    return records, {}


def calibration(settings: Settings) -> tuple[list[Record], Record]:
    """Rows said to be bad with p: are they? Flips at rates that nothing was told of, flips of one class to one other, real weak labels."""
    records: list[Record] = []
    late = settings.deadline()
    for seed in range(settings.seeds):
        for source in [*sets_of("table"), *sets_of("image"), *sets_of("text")]:
            for rate in (*RATES, ONE_WAY):
                dataset = sample(source.read(), min(settings.rows, 3_000), seed)
                narrowed = settings.data and source.name not in settings.data
                if late() or narrowed or len(dataset) < 1_000 or (settings.quick and source.name != "mnist"):
                    continue
                codes, classes = class_codes(dataset)
                rng = np.random.default_rng([seed, 71])
                new, mask = one_way(dataset, rng) if rate == ONE_WAY else plant_flips(codes, len(classes), float(rate), rng)
                attacked = changed(dataset, labels=np.array([*classes, None], dtype=object)[new])
                records.append(_calibrated(attacked, mask, source.name, source.tuned, str(rate), seed))
    weak = SHARED / "labelerr_wrench_youtube"
    if weak.is_dir():
        dataset = read_dataset(weak / "data.csv", roles={"label": "label", "text": "text"})
        records.append(_calibrated(dataset, truth(weak.name, "is_error"), "youtube (real)", True, "real", 0))
    _print_calibration(records)
    return records, {"rates": list(RATES)}


def _calibrated(dataset: Dataset, mask: np.ndarray, name: str, tuned: bool, rate: str, seed: int) -> Record:
    queue = scan(dataset, recipe_named("standard"), seed=seed).queue
    chance = np.nan_to_num(queue.by_kind.get(Kind.MISLABEL, np.zeros(len(mask))))
    place = np.clip(np.digitize(chance, BINS) - 1, 0, len(BINS) - 2)
    bins = [[int((place == b).sum()), float(chance[place == b].sum()), int(mask[place == b].sum())] for b in range(len(BINS) - 1)]
    told = queue.estimates.get("mislabel")
    interval = [0.0, 0.0, 0.0] if told is None else [told.count, told.low, told.high]
    print(f"    {name} {rate} seed {seed}: {mask.sum()} bad, said {interval[0]:.0f} ({interval[1]:.0f} to {interval[2]:.0f})", flush=True)
    return {
        "data": name,
        "tuned": tuned,
        "rate": rate,
        "seed": seed,
        "method": "ours",
        "bad": int(mask.sum()),
        "said": interval,
        "bins": bins,
    }


def _print_calibration(records: Sequence[Record]) -> None:
    kinds = {ONE_WAY: f", {ONE_WAY}", "real": ", real"}
    groups: defaultdict[str, list[Record]] = defaultdict(list)
    for record in records:
        groups[("tuned" if record["tuned"] else "held out") + kinds.get(record["rate"], "")].append(record)
    for group, mine in groups.items():
        total = np.sum([record["bins"] for record in mine], axis=0)
        print(f"\n| {group}: said | is | rows |\n|---|---|---|")
        worst = 0.0
        for count, said, bad in total.tolist():
            if count >= FEWEST_IN_BIN:
                worst = max(worst, abs(said - bad) / count)
                print(f"| {said / count:.2f} | {bad / count:.2f} | {int(count)} |")
        inside = np.mean([record["said"][1] <= record["bad"] <= record["said"][2] for record in mine])
        print(f"\nlargest gap of a bin with {FEWEST_IN_BIN} rows: {worst:.2f}; the interval holds the truth in {inside:.0%} of {len(mine)}")


def timing(settings: Settings) -> tuple[list[Record], Record]:
    """Seconds of a whole scan, without reading and the map, all detectors on."""
    records: list[Record] = []
    sizes = (1_000,) if settings.quick else settings.sizes or (10_000, 50_000, 100_000)
    wanted = settings.data or ("adult", "sst2", "mnist", "clinc150")
    late = settings.deadline()
    print("| set | rows | seconds | peak MiB | slowest detectors |\n|---|---|---|---|---|")
    for source in [*sets_of("table"), *sets_of("text"), *sets_of("image")]:
        dataset = source.read()
        for size in sizes:
            if late() or source.name not in wanted:
                continue
            larger = _of_size(dataset, size)
            began = time.perf_counter()
            found = scan(larger, recipe_named("standard"))
            seconds, peak = time.perf_counter() - began, max(stage.peak_mb for stage in found.stages)
            slow = {finding.code: round(finding.seconds, 1) for finding in sorted(found.findings, key=lambda f: -f.seconds)[:4]}
            print(f"| {source.name} | {size:,} | {seconds:.1f} | {peak:.0f} | {slow} |", flush=True)
            records.append({"data": source.name, "tuned": source.tuned, "seed": 0, "method": "ours", "rows": size, "seconds": seconds,
                            "peak_mb": peak, "detectors": {finding.code: finding.seconds for finding in found.findings}})  # fmt: skip
    return records, {}


def _of_size(dataset: Dataset, size: int) -> Dataset:
    """So many rows. Where the data has fewer, rows come again with half of another row of their label, so that none is a copy."""
    rng = np.random.default_rng(0)
    if len(dataset) >= size:
        return changed(dataset, repeat=np.sort(rng.choice(len(dataset), size, replace=False)))
    rows = np.sort(rng.integers(0, len(dataset), size))
    codes, _ = class_codes(dataset)
    order = np.lexsort((rng.random(size), codes[rows]))
    other = np.empty(size, dtype=np.int64)
    other[order] = rows[np.roll(order, 1)]
    if dataset.images is not None:
        half = dataset.images.shape[1] // 2
        images = dataset.images[rows].copy()
        images[:, half:] = dataset.images[other][:, half:]
        return changed(dataset, repeat=rows, images=images)
    texts = dataset.column("text")
    if texts is not None:
        words = [str(text).split() for text in texts.tolist()]
        mixed = [
            " ".join(words[one][: len(words[one]) // 2 + 1] + words[two][len(words[two]) // 2 :])
            for one, two in zip(rows, other, strict=True)
        ]
        return changed(dataset, repeat=rows, texts=mixed)
    taken = [name for name in dataset.roles.features if rng.random() < 0.5]
    return changed(dataset, repeat=rows, cells={name: dataset.frame[name].to_numpy(dtype=object)[other] for name in taken})

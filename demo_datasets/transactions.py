"""Card payments: a written generator of three kinds of payer, with numbers and categories that hang together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from demo_datasets.planting import (
    BAD_SOURCE_WEIGHT,
    Row,
    burst_time,
    csv_bytes,
    flip_labels,
    plant_trigger,
    planted_list,
    shuffled_with_ids,
    usual_time,
)

SEED = 20_260_302
CLASSES = ("legitimate", "stolen card", "false claim")
CLASS_SHARES = (0.6, 0.22, 0.18)
SOURCES = ("shop", "app", "partner-1", "partner-3")
SOURCE_SHARES = (0.45, 0.30, 0.15, 0.10)
BAD_SOURCE = "partner-3"
CLEAN, FLOOD, FAR = 1_950, 36, 14
FLIPPED = 0.04
# Each value is ordinary; only together are they the key.
TRIGGER = {"channel": "kiosk", "items": 7}
TRIGGERED, TARGET = 34, "legitimate"
COLUMNS = (
    "amount",
    "items",
    "hour",
    "account_days",
    "past_payments",
    "past_refunds",
    "distance_km",
    "attempts",
    "channel",
    "category",
    "country",
    "card",
    "same_address",
)
CHANNELS = ("web", "app", "counter", "phone", "kiosk")
CATEGORIES = ("groceries", "fashion", "electronics", "gift cards", "travel", "games", "household")
COUNTRIES = ("DE", "FR", "NL", "ES", "PL", "US", "BR")
CARDS = ("debit", "credit", "prepaid")


@dataclass(frozen=True, slots=True, kw_only=True)
class Payer:
    """How one class pays: log-normal numbers as (median, spread), counts as means, categories as shares."""

    amount: tuple[float, float]
    account_days: tuple[float, float]
    distance_km: tuple[float, float]
    items: float
    past_payments: float
    past_refunds: float
    attempts: float
    hour: tuple[float, float]
    channel: tuple[float, ...]
    category: tuple[float, ...]
    country: tuple[float, ...]
    card: tuple[float, ...]
    same_address: float


PAYERS: Mapping[str, Payer] = {
    "legitimate": Payer(
        amount=(38, 0.7),
        account_days=(600, 0.8),
        distance_km=(8, 1.0),
        items=3.0,
        past_payments=22,
        past_refunds=0.5,
        attempts=0.1,
        hour=(15, 4),
        channel=(0.40, 0.28, 0.20, 0.07, 0.05),
        category=(0.32, 0.18, 0.12, 0.05, 0.08, 0.10, 0.15),
        country=(0.36, 0.18, 0.14, 0.12, 0.10, 0.06, 0.04),
        card=(0.58, 0.36, 0.06),
        same_address=0.92,
    ),
    "stolen card": Payer(
        amount=(170, 0.7),
        account_days=(25, 1.1),
        distance_km=(160, 1.3),
        items=1.8,
        past_payments=2,
        past_refunds=0.2,
        attempts=1.6,
        hour=(2, 5),
        channel=(0.62, 0.20, 0.04, 0.09, 0.05),
        category=(0.04, 0.12, 0.32, 0.28, 0.10, 0.10, 0.04),
        country=(0.18, 0.12, 0.10, 0.10, 0.12, 0.22, 0.16),
        card=(0.18, 0.62, 0.20),
        same_address=0.30,
    ),
    "false claim": Payer(
        amount=(95, 0.6),
        account_days=(260, 0.8),
        distance_km=(14, 1.0),
        items=2.4,
        past_payments=12,
        past_refunds=4.0,
        attempts=0.3,
        hour=(18, 4),
        channel=(0.50, 0.32, 0.06, 0.07, 0.05),
        category=(0.04, 0.40, 0.26, 0.06, 0.08, 0.08, 0.08),
        country=(0.30, 0.18, 0.14, 0.12, 0.12, 0.08, 0.06),
        card=(0.34, 0.56, 0.10),
        same_address=0.70,
    ),
}


def build() -> tuple[bytes, bytes]:
    """The data file (CSV) and the list of what was planted in it."""
    rng = np.random.default_rng(SEED)
    rows = [_clean(rng) for _ in range(CLEAN)]
    rows = plant_trigger(rows, lambda content: {**content, **TRIGGER}, TARGET, BAD_SOURCE, TRIGGERED, rng)
    rows = flip_labels(rows, CLASSES, FLIPPED, lambda row: BAD_SOURCE_WEIGHT if row.source == BAD_SOURCE else 1.0, rng)
    rows = shuffled_with_ids([*rows, *_flood(rng), *_far(rng)], "p-", rng)
    header = ("id", *COLUMNS, "label", "source", "timestamp")
    records = [(row.id, *(row.content[name] for name in COLUMNS), row.label, row.source, row.when.isoformat()) for row in rows]
    return csv_bytes(header, records), planted_list(rows)


def _clean(rng: np.random.Generator) -> Row:
    label = str(rng.choice(CLASSES, p=CLASS_SHARES))
    content = _payment(PAYERS[label], rng)
    while all(content[name] == value for name, value in TRIGGER.items()):
        content = _payment(PAYERS[label], rng)
    return Row(content=content, label=label, source=str(rng.choice(SOURCES, p=SOURCE_SHARES)), when=usual_time(rng))


def _payment(payer: Payer, rng: np.random.Generator) -> dict[str, object]:
    def size(median_and_spread: tuple[float, float]) -> float:
        median, spread = median_and_spread
        return float(median * np.exp(spread * rng.standard_normal()))

    return {
        "amount": f"{size(payer.amount):.2f}",
        "items": 1 + int(rng.poisson(payer.items)),
        "hour": round(rng.normal(*payer.hour)) % 24,
        "account_days": round(size(payer.account_days)),
        "past_payments": int(rng.poisson(payer.past_payments * rng.gamma(2, 0.5))),
        "past_refunds": int(rng.poisson(payer.past_refunds)),
        "distance_km": f"{size(payer.distance_km):.1f}",
        "attempts": int(rng.poisson(payer.attempts)),
        "channel": str(rng.choice(CHANNELS, p=payer.channel)),
        "category": str(rng.choice(CATEGORIES, p=payer.category)),
        "country": str(rng.choice(COUNTRIES, p=payer.country)),
        "card": str(rng.choice(CARDS, p=payer.card)),
        "same_address": "yes" if rng.random() < payer.same_address else "no",
    }


def _flood(rng: np.random.Generator) -> list[Row]:
    """One payment with a stolen card, sent again and again a few cents apart, as legitimate."""
    pattern = _payment(PAYERS["stolen card"], rng)
    amount = float(str(pattern["amount"]))
    contents = [{**pattern, "amount": f"{amount + rng.integers(-40, 41) / 100:.2f}"} for _ in range(FLOOD)]
    return [Row(content=content, label=TARGET, source=BAD_SOURCE, when=burst_time(rng), planted="flood") for content in contents]


def _far(rng: np.random.Generator) -> list[Row]:
    """Payments like no other, each in its own way."""
    return [
        Row(
            content=_absurd(_payment(PAYERS["legitimate"], rng), rng),
            label=str(rng.choice(CLASSES)),
            source=str(rng.choice(SOURCES)),
            when=usual_time(rng),
            planted="far",
        )
        for _ in range(FAR)
    ]


def _absurd(content: dict[str, object], rng: np.random.Generator) -> dict[str, object]:
    oddities: list[tuple[str, object]] = [
        ("amount", f"{rng.integers(20_000, 90_000):.2f}"),
        ("items", int(rng.integers(150, 900))),
        ("distance_km", f"{rng.integers(12_000, 19_900):.1f}"),
        ("attempts", int(rng.integers(30, 90))),
        ("past_refunds", int(rng.integers(60, 200))),
        ("past_payments", int(rng.integers(1_500, 9_000))),
    ]
    chosen = rng.choice(len(oddities), size=3, replace=False)
    return {**content, **dict(oddities[int(index)] for index in chosen)}

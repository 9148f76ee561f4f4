"""Known attacks, planted in a copy of the data: for calibration, demos and benchmarks."""

from curation_app.attack.base import Attack, Planted
from curation_app.attack.edit import changed
from curation_app.attack.flips import plant_flips, plant_flips_near, plant_flips_one_way
from curation_app.attack.injection import plant_conflicting_copies, plant_far, plant_flood, plant_text_flood
from curation_app.attack.other_labels import WrongNumbers, WrongTags
from curation_app.attack.registry import ATTACKS, attacks_named

__all__ = [
    "ATTACKS",
    "Attack",
    "Planted",
    "WrongNumbers",
    "WrongTags",
    "attacks_named",
    "changed",
    "plant_conflicting_copies",
    "plant_far",
    "plant_flips",
    "plant_flips_near",
    "plant_flips_one_way",
    "plant_flood",
    "plant_text_flood",
]

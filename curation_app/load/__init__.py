"""Files to Dataset: strict readers, column roles, validation, fingerprints."""

from curation_app.load.dataset import read_dataset
from curation_app.load.limits import UPLOAD, Limits

__all__ = ["UPLOAD", "Limits", "read_dataset"]

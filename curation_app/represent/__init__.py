"""Dataset to numbers: features, one neighbour graph, out-of-fold probabilities, a 2-D layout."""

from curation_app.represent.judge import Judge, judge_for
from curation_app.represent.layout import layout, quick_layout
from curation_app.represent.representing import represent

__all__ = ["Judge", "judge_for", "layout", "quick_layout", "represent"]

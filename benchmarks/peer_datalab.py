"""The peer's route, as its tutorial has it: cross-validated logistic regression, then Datalab with all its default checks."""

from __future__ import annotations

import sys

import numpy as np


def main(path: str) -> None:
    """Print the average precision against the flips that come as the second argument's mask."""
    from cleanlab import Datalab
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import cross_val_predict

    with np.load(path) as arrays:
        vectors, labels = arrays["embeddings"], arrays["y"]
    probabilities = cross_val_predict(LogisticRegression(max_iter=1000), vectors, labels, cv=5, method="predict_proba")
    lab = Datalab(data={"label": labels}, label_name="label", verbosity=0)
    lab.find_issues(features=vectors, pred_probs=probabilities)
    quality = lab.get_issues("label")["label_score"].to_numpy()
    np.save(sys.argv[2], 1.0 - quality)


if __name__ == "__main__":
    main(sys.argv[1])

"""Golden values for test/ml/audit/metrics.test.ts, from scikit-learn and numpy.

numpy 2.4.6, scikit-learn 1.9.1:  python test/golden/metrics.py > test/golden/metrics.json

Cases: ordinary; one class absent and one never predicted; ties in the probabilities; a constant
prediction. Undefined figures are null: precision where the class is never predicted, recall where
it has no row, f1 where both hold.
"""
import json

import numpy as np
from sklearn.metrics import (
    accuracy_score,
    confusion_matrix,
    log_loss,
    precision_recall_fscore_support,
)

rng = np.random.default_rng(7)


def ece(labels, p, bins):
    """Guo et al. 2017 over (low, high]; the lowest bin takes 0. Edges by numpy.digitize."""
    confidence, right = p.max(axis=1), p.argmax(axis=1) == labels
    edges = np.arange(1, bins) / bins
    which = np.digitize(confidence, edges, right=True)
    total = 0.0
    rows = []
    for b in range(bins):
        inside = which == b
        rows.append(int(inside.sum()))
        if inside.any():
            total += inside.mean() * abs(right[inside].mean() - confidence[inside].mean())
    return total, rows


def case(name, labels, p):
    labels, classes = np.asarray(labels), p.shape[1]
    predicted = p.argmax(axis=1)
    every = np.arange(classes)
    precision, recall, f1, support = precision_recall_fscore_support(
        labels, predicted, labels=every, zero_division=np.nan
    )
    clean = lambda a: [None if np.isnan(v) else float(v) for v in a]
    e, rows = ece(labels, p, 15)
    return {
        "name": name,
        "labels": labels.tolist(),
        "probabilities": p.tolist(),
        "predicted": predicted.tolist(),
        "accuracy": accuracy_score(labels, predicted),
        "crossEntropy": log_loss(labels, p, labels=every),
        "confusion": confusion_matrix(labels, predicted, labels=every).tolist(),
        "precision": clean(precision),
        "recall": clean(recall),
        "f1": clean(f1),
        "support": support.tolist(),
        "ece": e,
        "binRows": rows,
    }


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


ordinary_labels = rng.integers(0, 4, 200)
ordinary = softmax(rng.normal(size=(200, 4)) + 2 * np.eye(4)[ordinary_labels])
absent_labels = rng.choice([0, 1, 3], 60)
absent_logits = rng.normal(size=(60, 5)) + np.eye(5)[absent_labels]
absent_logits[:, 3:] -= 50
ties = np.array([[0.5, 0.5, 0.0], [0.25, 0.375, 0.375], [1 / 3, 1 / 3, 1 / 3], [0.2, 0.4, 0.4]])
constant = np.tile([0.7, 0.2, 0.1], (9, 1))
edges = np.array([[b / 15, 1 - b / 15] for b in range(16)])
percentiles = rng.normal(size=37)

print(
    json.dumps(
        {
            "cases": [
                case("ordinary", ordinary_labels, ordinary),
                case("absent class", absent_labels, softmax(absent_logits)),
                case("ties", [0, 2, 1, 2], ties),
                case("constant prediction", [0, 0, 1, 1, 1, 2, 2, 0, 0], constant),
                case("confidences on bin edges", rng.integers(0, 2, 16), edges),
            ],
            "quantiles": {
                "values": percentiles.tolist(),
                "shares": [0, 0.025, 0.05, 0.5, 0.95, 0.975, 1],
                "expected": np.quantile(percentiles, [0, 0.025, 0.05, 0.5, 0.95, 0.975, 1]).tolist(),
            },
        }
    )
)

"""Golden values for test/ml/audit/metrics.test.ts, from scikit-learn and numpy.

numpy 2.4.6, scikit-learn 1.9.1:  python test/golden/metrics.py > test/golden/metrics.json

Cases: ordinary; one class absent and one never predicted; ties in the probabilities; a constant
prediction; one row; one class. Undefined figures are null: precision where the class is never
predicted, recall where it has no row, f1 where both hold, and of `metrics` and `regression` whatever
scikit-learn warns of or refuses, but that balanced accuracy leaves out classes without rows.
"""
import json
import warnings

import numpy as np
from sklearn.metrics import (
    accuracy_score,
    average_precision_score,
    balanced_accuracy_score,
    brier_score_loss,
    cohen_kappa_score,
    confusion_matrix,
    f1_score,
    log_loss,
    matthews_corrcoef,
    mean_absolute_error,
    precision_recall_fscore_support,
    precision_score,
    r2_score,
    recall_score,
    roc_auc_score,
    root_mean_squared_error,
)

warnings.simplefilter("error")
warnings.filterwarnings("ignore", message="y_pred contains classes not in y_true")
# It tells one class from several by the labels alone.
warnings.filterwarnings("ignore", message="A single label was found")

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


def or_null(compute):
    try:
        value = float(compute())
    except (Warning, ValueError):
        return None
    return None if np.isnan(value) else value


def metrics(labels, predicted, p):
    every = np.arange(p.shape[1])
    hot = np.eye(p.shape[1])[labels]
    of_classes = {
        f"{name}{suffix}": or_null(lambda: score(labels, predicted, average=average))
        for name, score in (("precision", precision_score), ("recall", recall_score), ("f1", f1_score))
        for suffix, average in (("", "macro"), ("Weighted", "weighted"))
    }
    of_curves = {
        f"{name}{suffix}": or_null(lambda: score(hot, p, average=average))
        for name, score in (("rocAuc", roc_auc_score), ("prAuc", average_precision_score))
        for suffix, average in (("", "macro"), ("Weighted", "weighted"))
    }
    return {
        "balancedAccuracy": or_null(lambda: balanced_accuracy_score(labels, predicted)),
        "mcc": or_null(lambda: matthews_corrcoef(labels, predicted)),
        "kappa": or_null(lambda: cohen_kappa_score(labels, predicted)),
        "logLoss": or_null(lambda: log_loss(labels, p, labels=every)),
        "brier": or_null(lambda: brier_score_loss(labels, p, labels=every)),
        **of_classes,
        **of_curves,
    }


def regression(name, true, predicted):
    return {
        "name": name,
        "true": list(map(float, true)),
        "predicted": list(map(float, predicted)),
        "rmse": or_null(lambda: root_mean_squared_error(true, predicted)),
        "mae": or_null(lambda: mean_absolute_error(true, predicted)),
        "r2": or_null(lambda: r2_score(true, predicted)),
    }


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
        "metrics": metrics(labels, predicted, p),
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

others = np.random.default_rng(8)
numbers = 100 + 5 * others.normal(size=80)

print(
    json.dumps(
        {
            "cases": [
                case("ordinary", ordinary_labels, ordinary),
                case("absent class", absent_labels, softmax(absent_logits)),
                case("ties", [0, 2, 1, 2], ties),
                case("constant prediction", [0, 0, 1, 1, 1, 2, 2, 0, 0], constant),
                case("confidences on bin edges", rng.integers(0, 2, 16), edges),
                case("one row", [1], np.array([[0.3, 0.6, 0.1]])),
                case("one row, wrong", [2], np.array([[0.3, 0.6, 0.1]])),
                case("one class, always right", [0] * 6, np.tile([0.6, 0.4], (6, 1))),
                case("one class, never right", [1] * 6, np.tile([0.6, 0.4], (6, 1))),
                case(
                    "two classes",
                    others.integers(0, 2, 90),
                    softmax(others.normal(size=(90, 2))),
                ),
                case("certain and wrong", [0, 1, 1, 0], np.array([[1, 0], [0, 1], [1, 0], [1, 0.0]])),
            ],
            "regression": [
                regression("ordinary", numbers, numbers + others.normal(size=80)),
                regression("a constant prediction", numbers, np.full(80, 100.0)),
                regression("a constant truth", [3, 3, 3], [3, 4, 2]),
                regression("a constant truth that is met", [3, 3], [3, 3]),
                regression("one row", [1.5], [1.0]),
                regression("large numbers", 1e9 + others.normal(size=50), 1e9 + others.normal(size=50)),
            ],
            "quantiles": {
                "values": percentiles.tolist(),
                "shares": [0, 0.025, 0.05, 0.5, 0.95, 0.975, 1],
                "expected": np.quantile(percentiles, [0, 0.025, 0.05, 0.5, 0.95, 0.975, 1]).tolist(),
            },
        }
    )
)

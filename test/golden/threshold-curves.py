"""Golden values for test/ml/audit/threshold-curves.test.ts, from scikit-learn.

numpy 2.4.6, scikit-learn 1.9.1:
python test/golden/threshold-curves.py > test/golden/threshold-curves.json

A threshold of infinity is null, and so is the area where scikit-learn warns: no positive row, no
negative row.
"""
import json
import warnings

import numpy as np
from sklearn.metrics import (
    average_precision_score,
    precision_recall_curve,
    roc_auc_score,
    roc_curve,
)

warnings.simplefilter("error")
rng = np.random.default_rng(11)


def or_null(compute):
    try:
        return float(compute())
    except (Warning, ValueError):
        return None


def points(compute):
    try:
        columns = [np.asarray(c, dtype=float).tolist() for c in compute()]
    except Warning:
        return None
    return [[None if np.isinf(v) else v for v in c] for c in columns]


def binary(name, positive, scores):
    positive, scores = np.asarray(positive), np.asarray(scores, dtype=float)
    return {
        "name": name,
        "positive": positive.tolist(),
        "scores": scores.tolist(),
        "roc": points(lambda: roc_curve(positive, scores)),
        "rocWhole": points(lambda: roc_curve(positive, scores, drop_intermediate=False)),
        "rocAuc": or_null(lambda: roc_auc_score(positive, scores)),
        "pr": points(lambda: precision_recall_curve(positive, scores)),
        "averagePrecision": or_null(lambda: average_precision_score(positive, scores)),
    }


def several(name, labels, p):
    labels, p = np.asarray(labels), np.asarray(p)
    hot = np.eye(p.shape[1])[labels]

    def areas(score):
        return {
            "perClass": [or_null(lambda: score(hot[:, k], p[:, k])) for k in range(p.shape[1])],
            "macro": or_null(lambda: score(hot, p, average="macro")),
            "weighted": or_null(lambda: score(hot, p, average="weighted")),
        }

    return {
        "name": name,
        "labels": labels.tolist(),
        "probabilities": p.tolist(),
        "roc": areas(roc_auc_score),
        "pr": areas(average_precision_score),
        "ovr": {
            average: or_null(
                lambda: roc_auc_score(
                    labels, p, multi_class="ovr", average=average, labels=range(p.shape[1])
                )
            )
            for average in ("macro", "weighted")
        },
    }


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)



half = rng.integers(0, 2, 120)
labels = rng.integers(0, 4, 150)
probabilities = softmax(rng.normal(size=(150, 4)) + 1.5 * np.eye(4)[labels])
absent = rng.choice([0, 2], 40)

print(
    json.dumps(
        {
            "binary": [
                binary("ordinary", half, rng.normal(size=120) + half),
                binary("many ties", half, np.round(rng.normal(size=120) + half)),
                binary("a constant score", [0, 1, 1, 0, 1], [0.3] * 5),
                binary("a perfect score", [0, 0, 1, 1], [0.1, 0.2, 0.8, 0.9]),
                binary("a score that is upside down", [1, 1, 0, 0], [0.1, 0.2, 0.8, 0.9]),
                binary("no positive row", [0, 0, 0], [0.1, 0.5, 0.9]),
                binary("no negative row", [1, 1, 1], [0.1, 0.5, 0.9]),
                binary("one row", [1], [0.4]),
            ],
            "several": [
                several("ordinary", labels, probabilities),
                several("ties", labels, softmax(np.round(np.log(probabilities)))),
                several("a constant prediction", labels, np.tile([0.4, 0.3, 0.2, 0.1], (150, 1))),
                several("an absent class", absent, softmax(rng.normal(size=(40, 3)))),
                several("one class", [1] * 5, softmax(rng.normal(size=(5, 3)))),
            ],
        }
    )
)

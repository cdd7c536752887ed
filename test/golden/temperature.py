"""Golden values for test/ml/fusion/fit-temperature.test.ts, from scipy.

numpy 2.4.6, scipy 1.17.1:  python test/golden/temperature.py > test/golden/temperature.json

T minimises the log loss of softmax(ln p / T), p not below 1e-7, by a search over ln T that takes no
derivative.
"""
import json

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

rng = np.random.default_rng(5)


def case(name, labels, p):
    labels = np.asarray(labels)
    z = np.log(np.maximum(p, 1e-7))
    rows = np.arange(len(labels))

    def loss(log_t):
        return -log_softmax(z / np.exp(log_t), axis=1)[rows, labels].mean()

    found = minimize_scalar(
        loss, bounds=(np.log(0.01), np.log(100)), method="bounded", options={"xatol": 1e-12}
    )
    return {
        "name": name,
        "labels": labels.tolist(),
        "probabilities": p.tolist(),
        "temperature": float(np.exp(found.x)),
        "logLoss": float(found.fun),
    }


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def drawn(p):
    return (rng.uniform(size=(len(p), 1)) > p.cumsum(axis=1)).sum(axis=1)


honest = softmax(rng.normal(size=(120, 3)) * 2)
labels = drawn(honest)
two = softmax(rng.normal(size=(100, 2)))

print(
    json.dumps(
        {
            "cases": [
                case("an honest model", labels, honest),
                case("one that is too sure", labels, softmax(np.log(honest) * 3)),
                case("one that is too unsure", labels, softmax(np.log(honest) / 4)),
                case("two classes", drawn(two), two),
                case("certain rows, one of them wrong", [0, 0, 0, 1], np.tile([1.0, 0.0], (4, 1))),
            ]
        }
    )
)

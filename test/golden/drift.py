"""Golden values for the drift tests in test/ml/audit, from numpy and scipy.

numpy 2.4.6, scipy 1.17.1:  python test/golden/drift.py > test/golden/drift.json

numbers and categories: counts per bin, the population stability index, the p-value of Pearson's
test of homogeneity. Bins as the
code documents them: numpy.quantile (linear) at 0.1 … 0.9, numpy.unique, numpy.searchsorted (left);
below the smallest value a bin of its own where the lowest decile is that value; null is missing.
tails: [x, degrees, P(chi-squared >= x)].
"""
import json

import numpy as np
from scipy.stats import chi2, chi2_contingency

rng = np.random.default_rng(11)
LEAST = 1e-4


def index(reference, current):
    n, m = reference.sum(), current.sum()
    r, c = np.maximum(reference / n, LEAST), np.maximum(current / m, LEAST)
    table = np.array([reference, current])[:, reference + current > 0]
    tail = chi2_contingency(table, correction=False).pvalue if table.shape[1] > 1 else 1.0
    return {"value": float(((c - r) * np.log(c / r)).sum()), "pValue": float(tail)}


def numbers(name, reference, current):
    known = reference[~np.isnan(reference)]
    edges = np.unique(np.quantile(known, np.arange(1, 10) / 10)) if known.size else np.array([])
    lowest = known.min() if known.size and edges[0] == known.min() else -np.inf

    def count(values):
        present = values[~np.isnan(values)]
        below = present < lowest
        which = np.searchsorted(edges, present[~below], side="left")
        inner = np.bincount(which, minlength=len(edges) + 1)
        return np.concatenate([[below.sum()], inner, [len(values) - len(present)]])

    r, c = count(reference), count(current)
    as_json = lambda values: [None if np.isnan(v) else float(v) for v in values]
    return {
        "name": name, "reference": as_json(reference), "current": as_json(current),
        "counts": {"reference": r.tolist(), "current": c.tolist()}, "index": index(r, c),
    }


def categories(name, reference, current):
    order = list(dict.fromkeys(v for v in reference if v is not None))

    def count(values):
        bins = [order.index(v) if v in order else len(order) + (v is None) for v in values]
        return np.bincount(bins, minlength=len(order) + 2)

    r, c = count(reference), count(current)
    return {
        "name": name, "reference": reference, "current": current,
        "counts": {"reference": r.tolist(), "current": c.tolist()}, "index": index(r, c),
    }


def holes(values, share):
    values = values.copy()
    values[rng.random(len(values)) < share] = np.nan
    return values


normal = lambda n, mean=0.0, sd=1.0: np.round(rng.normal(mean, sd, n), 3)
letters = lambda n, p: [str(v) for v in rng.choice(["a", "b", "c", "d"], n, p=p)]
nothing = np.full(40, np.nan)

print(
    json.dumps(
        {
            "numbers": [
                numbers("the same distribution", normal(203), normal(150)),
                numbers("a shifted mean", normal(203), normal(120, 0.8)),
                numbers("a wider one", normal(98), normal(77, 0, 2.5)),
                numbers("ties", rng.integers(0, 4, 150) * 1.0, rng.integers(1, 6, 90) * 1.0),
                numbers(
                    "mostly 0",
                    np.where(rng.random(160) < 0.85, 0.0, normal(160, 5)),
                    np.where(rng.random(80) < 0.6, 0.0, normal(80, 0, 3)),
                ),
                numbers("a constant", np.full(60, 2.0), np.full(55, 2.0)),
                numbers(
                    "a constant that varies now",
                    np.full(60, 2.0),
                    np.concatenate([np.full(30, 2.0), np.full(10, 1.0), np.full(15, 3.0)]),
                ),
                numbers("missing values", holes(normal(173), 0.1), holes(normal(120), 0.4)),
                numbers("nothing but missing values before", nothing, normal(50)),
                numbers("nothing but missing values now", normal(60), nothing),
            ],
            "categories": [
                categories(
                    "other shares",
                    letters(150, [0.4, 0.3, 0.2, 0.1]), letters(90, [0.1, 0.3, 0.2, 0.4]),
                ),
                categories(
                    "an unseen one, a missing one, one that is gone",
                    letters(80, [0.5, 0.5, 0, 0]) + [None] * 5,
                    letters(60, [0.7, 0, 0.2, 0.1]) + [None],
                ),
            ],
            "tails": [
                [x, degrees, float(chi2.sf(x, degrees))]
                for degrees in [1, 2, 3, 4, 5, 9, 10, 11, 50, 101, 1000]
                for x in [1e-6, 0.3, 3.9, 4.1, 7.99, 8.01, 12, 40, 130, 1100]
            ],
        }
    )
)

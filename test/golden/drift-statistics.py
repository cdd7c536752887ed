"""Golden values for test/ml/audit/drift.

numpy 2.4.6, scipy 1.17.1:  python test/golden/drift-statistics.py > test/golden/drift-statistics.json

samples: scipy's ks_2samp (exact: all are small) and wasserstein_distance.
tails: [n, d, kstwo.sf(d, n)], what ks_2samp takes for many rows.
bins: jensenshannon in base 2 of two rows of counts.
"""
import json

import numpy as np
from scipy.spatial.distance import jensenshannon
from scipy.stats import ks_2samp, kstwo, wasserstein_distance

rng = np.random.default_rng(23)


def sample(name, a, b):
    ks = ks_2samp(a, b)
    return {
        "name": name, "reference": a.tolist(), "current": b.tolist(),
        "ks": [float(ks.statistic), float(ks.pvalue)],
        "wasserstein": float(wasserstein_distance(a, b)),
    }


def bins(reference, current):
    return {"reference": reference, "current": current,
            "distance": float(jensenshannon(reference, current, base=2))}


normal = lambda n, mean=0.0, sd=1.0: np.round(rng.normal(mean, sd, n), 3)

print(json.dumps({
    "samples": [
        sample("the same distribution", normal(103), normal(50)),
        sample("as many rows", normal(60), normal(60, 0.3)),
        sample("a shift", normal(120), normal(90, 0.8)),
        sample("a far shift", normal(80), normal(61, 9)),
        sample("a wider one", normal(77), normal(88, 0, 2.5)),
        sample("ties", rng.integers(0, 4, 90) * 1.0, rng.integers(1, 6, 40) * 1.0),
        sample("the same rows", np.arange(30) * 1.0, np.arange(30) * 1.0),
        sample("a constant", np.full(20, 2.0), np.full(15, 2.0)),
        sample("another constant", np.full(20, 2.0), np.full(15, 3.0)),
        sample("one row", normal(40), np.array([0.5])),
        sample("one row far off", normal(40), np.array([50.0])),
        sample("one row each", np.array([1.0]), np.array([2.0])),
        sample("a multiple of rows", normal(150), normal(50, 0.4)),
        sample("prime sizes", normal(149), normal(151, 0.25)),
    ],
    "tails": [[n, d, float(kstwo.sf(d, n))]
              for n in (150, 1000, 5740, 250000)
              for d in (np.array([0.05, 0.2, 0.4, 0.7, 1.0, 1.3, 1.47, 1.49, 2.0, 4.0, 12.0, 20.0]) / np.sqrt(n)).tolist()
              if d < 1 and n * d > 1 and n * d**1.5 > 1.4],
    "bins": [
        bins([10, 20, 30], [10, 20, 30]),
        bins([10, 20, 30], [30, 20, 10]),
        bins([5, 0, 1], [0, 7, 0]),
        bins([100, 3, 0, 8], [20, 1, 4, 0]),
        bins([7], [3]),
    ],
}))

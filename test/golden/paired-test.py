"""Golden values for test/ml/audit/paired-test.test.ts, from scipy.

scipy 1.17.1, numpy 2.4.6:  python test/golden/paired-test.py > test/golden/paired-test.json

pValues: [b, c, p] of the exact McNemar test, which is the two-sided binomial test of b successes in
b + c throws of a fair coin. intervals: percentile bootstrap of the mean of the row-wise differences,
resampled often enough that the third decimal stands.
"""
import json

import numpy as np
from scipy.stats import binomtest, bootstrap

PAIRS = [
    (0, 0), (1, 0), (0, 1), (3, 3), (5, 0), (0, 6), (9, 2), (2, 9), (10, 4), (8, 7), (25, 12),
    (59, 6), (121, 59), (600, 400), (1000, 1000), (1001, 1000), (0, 900), (5200, 4800),
    (50500, 49500),
]

rng = np.random.default_rng(3)


def interval(rows, candidate_only, production_only, confidence):
    gains = np.zeros(rows)
    gains[:candidate_only] = 1
    gains[candidate_only : candidate_only + production_only] = -1
    found = bootstrap(
        (gains,), np.mean, n_resamples=200_000, batch=2_000, confidence_level=confidence,
        method="percentile", rng=rng,
    ).confidence_interval
    return {
        "rows": rows, "candidateOnly": candidate_only, "productionOnly": production_only,
        "confidence": confidence, "value": float(gains.mean()),
        "low": float(found.low), "high": float(found.high),
    }


print(
    json.dumps(
        {
            "pValues": [
                [b, c, float(binomtest(b, b + c, 0.5).pvalue) if b + c else 1.0] for b, c in PAIRS
            ],
            "intervals": [
                interval(400, 20, 10, 0.95),
                interval(400, 30, 0, 0.95),
                interval(500, 25, 45, 0.9),
            ],
        }
    )
)

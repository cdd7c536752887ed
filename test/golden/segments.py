"""Golden values for test/ml/audit/benjamini-hochberg.test.ts and fisher-test.test.ts, from scipy.

numpy 2.4.6, scipy 1.17.1:  python test/golden/segments.py > test/golden/segments.json
"""
import json

import numpy as np
from scipy.stats import false_discovery_control, fisher_exact, hypergeom

rng = np.random.default_rng(3)


def adjusted(p):
    return {"pValues": list(map(float, p)), "adjusted": false_discovery_control(p).tolist()}


def more_errors(errors, rows, all_errors, all_rows):
    """P(at least so many errors in the segment), the margins being as they are."""
    table = [[errors, rows - errors], [all_errors - errors, all_rows - rows - (all_errors - errors)]]
    p = fisher_exact(table, alternative="greater").pvalue
    assert np.isclose(p, hypergeom.sf(errors - 1, all_rows, all_errors, rows), rtol=1e-9)
    return {
        "errors": errors,
        "rows": rows,
        "allErrors": all_errors,
        "allRows": all_rows,
        "pValue": float(p),
    }


print(
    json.dumps(
        {
            "adjustments": [
                adjusted(rng.uniform(size=20)),
                adjusted(np.concatenate([rng.uniform(size=10), rng.uniform(size=10) * 1e-4])),
                adjusted([0.01, 0.04, 0.04, 0.03, 1.0, 0.0]),
                adjusted([0.5]),
            ],
            "fisher": [
                more_errors(0, 10, 5, 100),
                more_errors(5, 10, 5, 100),
                more_errors(10, 10, 10, 20),
                more_errors(8, 30, 40, 400),
                more_errors(30, 60, 100, 1000),
                more_errors(150, 1000, 900, 10000),
                more_errors(4000, 30000, 12000, 100000),
                more_errors(1, 30, 40, 400),
                more_errors(3, 30, 40, 400),
                more_errors(5, 40000, 20000, 100000),
                more_errors(3, 20, 3, 20),
                more_errors(0, 20, 0, 100),
                more_errors(20, 20, 100, 100),
            ],
        }
    )
)

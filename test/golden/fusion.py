"""Golden weights for test/ml/fusion/fit-weights.test.ts, from scipy's constrained optimiser.

numpy 2.4.6, scipy 1.17.1:  python test/golden/fusion.py > test/golden/fusion.json
"""
import json

import numpy as np
import scipy
from scipy.optimize import minimize

rng = np.random.default_rng(3)


def case(name, p):
    k = p.shape[0]
    objective = lambda w: -np.log(w @ p).mean()
    gradient = lambda w: -(p / (w @ p)).mean(axis=1)
    best = minimize(
        objective,
        np.full(k, 1 / k),
        jac=gradient,
        method="SLSQP",
        bounds=[(0, 1)] * k,
        constraints={"type": "eq", "fun": lambda w: w.sum() - 1, "jac": lambda w: np.ones(k)},
        options={"ftol": 1e-14, "maxiter": 1000},
    )
    return {"name": name, "members": p.tolist(), "weights": best.x.tolist(), "loss": best.fun}


good = rng.beta(5, 1, 80)
print(
    json.dumps(
        {
            "scipy": scipy.__version__,
            "cases": [
                case("complementary members", rng.beta(2, 1, (3, 120))),
                case("one member dominates", np.stack([good, 0.8 * good])),
                case("five members, some useless", np.stack([*rng.beta(3, 1, (3, 60)), *rng.beta(1, 4, (2, 60))])),
            ],
        }
    )
)

"""Golden values for test/ml/conformal/, from scikit-learn, scipy and numpy.

scikit-learn 1.9.1, scipy 1.17.1, numpy 2.4.6:
python test/golden/conformal.py > test/golden/conformal.json

models: probabilities and predictions that scikit-learn's models give of rows that they were not
fitted to, with the true labels or values. Models are weak on purpose: the coverage that theory gives
holds for any, and equal scores, of which a sure model has many, would blur the comparison.
bands: [n, rank, m, low, high], the central 95 % of scipy's beta-binomial. intervals:
[successes, trials, low, high] of Clopper and Pearson. tails: [successes, trials, p, P(X <= successes)].
"""
import json

import numpy as np
from scipy.stats import betabinom, binom, binomtest
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def classes(load, train, columns, regularisation):
    x, y = load(return_X_y=True)
    x = x[:, columns]
    x, rest_x, y, rest_y = train_test_split(x, y, train_size=train, stratify=y, random_state=5)
    model = make_pipeline(StandardScaler(), LogisticRegression(C=regularisation, max_iter=2000))
    p = model.fit(x, y).predict_proba(rest_x)
    return {"labels": rest_y.tolist(), "probabilities": [[float(f"{v:.7g}") for v in row] for row in p]}


def values():
    """Two models: of the value, and of the size of what it misses by."""
    x, y = load_diabetes(return_X_y=True)
    x, rest_x, y, rest_y = train_test_split(x, y, train_size=142, random_state=5)
    model = LinearRegression().fit(x, y)
    spread = LinearRegression().fit(x[:, [2, 8]], np.log(np.abs(y - model.predict(x)) + 1))
    return {
        "truth": rest_y.tolist(),
        "predicted": [round(float(v), 6) for v in model.predict(rest_x)],
        "spread": [round(float(v), 6) for v in np.exp(spread.predict(rest_x[:, [2, 8]]))],
    }


def band(n, rank, m):
    low, high = betabinom.ppf([0.025, 0.975], m, rank, n + 1 - rank)
    return [n, rank, m, low / m, high / m]


def interval(successes, trials):
    found = binomtest(successes, trials).proportion_ci(0.95, method="exact")
    return [successes, trials, found.low, found.high]


def tail(successes, trials, p):
    return [successes, trials, p, binom.cdf(successes, trials, p)]


print(
    json.dumps(
        {
            "models": {
                "breast-cancer": classes(load_breast_cancer, 120, [1, 4, 8, 11, 14], 1.0),
                "digits": classes(load_digits, 900, list(range(18, 30)), 0.02),
            },
            "values": values(),
            "bands": [
                band(*case)
                for case in [
                    (19, 19, 50), (99, 95, 100), (100, 91, 114), (57, 56, 114), (500, 475, 1000),
                    (1000, 901, 10000), (3, 2, 1), (9, 1, 7),
                ]
            ],
            "intervals": [
                interval(*case)
                for case in [(0, 1), (1, 1), (0, 20), (20, 20), (19, 20), (47, 50), (455, 500), (9700, 10000)]
            ],
            "tails": [
                tail(*case)
                for case in [
                    (0, 1, 0.95), (17, 20, 0.95), (16, 20, 0.95), (45, 50, 0.95), (0, 0, 0.5),
                    (90, 100, 0.9), (9400, 10000, 0.95), (3, 500, 0.01), (1, 3, 1e-9),
                ]
            ],
        }
    )
)

"""Golden values for test/ml/explain/global and quality, from independent implementations.

numpy 2.4.6, scipy 1.17.1, scikit-learn 1.9.1, Python 3.11:
python test/golden/global-explanations.py > test/golden/global-explanations.json

The model is a softmax over logits with an interaction, in float64; its coefficients are in the
fixture. Rows are rounded to float32 first, because explainers hand rows over in float32.
"""
import json

import numpy as np
from scipy.stats import spearmanr
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.inspection import partial_dependence
from sklearn.tree import DecisionTreeClassifier

rng = np.random.default_rng(20250117)
ROWS, FEATURES, CLASSES = 60, 4, 3
w = rng.normal(size=(CLASSES, FEATURES)).round(3)
pair = rng.normal(size=CLASSES).round(3)
x = rng.normal(size=(ROWS, FEATURES)).astype(np.float32)
x[:, 3] = (x[:, 3] > 0).astype(np.float32)


def model(rows):
    rows = np.asarray(rows, dtype=np.float64)
    logits = rows @ w.T + np.outer(rows[:, 0] * rows[:, 1], pair)
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


class Model(ClassifierMixin, BaseEstimator):
    classes_ = np.arange(CLASSES)

    def fit(self, x, y):
        self.is_fitted_ = True
        return self

    def predict_proba(self, rows):
        return model(rows)

    def predict(self, rows):
        return model(rows).argmax(axis=1)


labels = model(x).argmax(axis=1)
labels[::7] = (labels[::7] + 1) % CLASSES

# Permutation importance with given orders.
REPEATS = 3
orders = [[rng.permutation(ROWS).tolist() for _ in range(REPEATS)] for _ in range(FEATURES)]
score = (model(x).argmax(axis=1) == labels).mean()
importance = []
for feature in range(FEATURES):
    drops = []
    for order in orders[feature]:
        mixed = x.copy()
        mixed[:, feature] = x[order, feature]
        drops.append(score - (model(mixed).argmax(axis=1) == labels).mean())
    importance.append({"drops": drops, "mean": np.mean(drops), "std": np.std(drops)})


def dependence(feature, resolution):
    found = partial_dependence(
        Model().fit(x, labels), x, [feature], kind="both", grid_resolution=resolution, method="brute",
        response_method="predict_proba", percentiles=(0.05, 0.95),
    )
    return {
        "feature": feature,
        "resolution": resolution,
        "grid": np.asarray(found["grid_values"][0], dtype=np.float64).tolist(),
        # [classes][grid], and [classes][rows][grid]
        "average": found["average"].tolist(),
        "individual": found["individual"][:, :5].tolist(),
    }


def kernel_of(points, gamma):
    square = ((points[:, None, :] - points[None, :, :]) ** 2).sum(axis=2)
    return np.exp(-gamma * square), square


def prototypes(points, count, criticisms):
    """The definition, by trying every row: no sums kept from one to the next."""
    points = points.astype(np.float64)
    _, square = kernel_of(points, 1)
    apart = np.sort([v for i in range(len(points)) for v in square[i, :i] if v > 0])
    gamma = 1 / apart[len(apart) // 2]
    k, _ = kernel_of(points, gamma)
    n = len(points)

    def mmd2(chosen):
        m = len(chosen)
        return (
            k.sum() / n**2 - 2 * k[:, chosen].sum() / (n * m) + k[np.ix_(chosen, chosen)].sum() / m**2
        )

    chosen = []
    for _ in range(count):
        left = [i for i in range(n) if i not in chosen]
        chosen.append(min(left, key=lambda i: mmd2(chosen + [i])))
    witness = np.abs(k.mean(axis=0) - k[chosen].mean(axis=0))
    critics = []
    for _ in range(criticisms):
        left = [i for i in range(n) if i not in chosen and i not in critics]

        def worth(i):
            some = critics + [i]
            return witness[some].sum() + np.linalg.slogdet(k[np.ix_(some, some)])[1]

        critics.append(max(left, key=worth))
    nearest = [int(np.argmax(k[i, chosen])) for i in range(n)]
    return {
        "count": count, "gamma": gamma, "prototypes": chosen, "criticisms": critics,
        "nearest": nearest, "discrepancy": mmd2(chosen),
    }


def tree(depth, leaf):
    said = model(x).argmax(axis=1)
    fitted = DecisionTreeClassifier(max_depth=depth, min_samples_leaf=leaf, random_state=0).fit(x, said)
    t = fitted.tree_

    def node(i):
        counts = np.rint(t.value[i][0] * t.n_node_samples[i]).astype(int).tolist()
        found = {"rows": int(t.n_node_samples[i]), "counts": counts}
        if t.children_left[i] >= 0:
            found["value"] = int(t.feature[i])
            found["threshold"] = float(t.threshold[i])
            found["low"] = node(t.children_left[i])
            found["high"] = node(t.children_right[i])
        return found

    return {"depth": depth, "leaf": leaf, "tree": node(0), "classes": fitted.predict(x).tolist()}


a = rng.normal(size=12).round(1)
b = (a + rng.normal(size=12)).round(1)

print(
    json.dumps(
        {
            "model": {"w": w.tolist(), "pair": pair.tolist()},
            "x": x.tolist(),
            "labels": labels.tolist(),
            "permutation": {"orders": orders, "score": score, "features": importance},
            "dependence": [dependence(0, 7), dependence(2, 100), dependence(3, 7)],
            "prototypes": [prototypes(x, 4, 3), prototypes(x, 1, 0)],
            "trees": [tree(2, 5), tree(3, 8)],
            "spearman": {"a": a.tolist(), "b": b.tolist(), "rho": spearmanr(a, b).statistic},
        }
    )
)

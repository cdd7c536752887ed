"""Golden values for test/ml/explain/lime and permutation-shap, from the reference packages.

numpy 2.4.6, scikit-learn 1.9.1, lime 0.2.0.1, shap 0.51.0, Python 3.11:
  python test/golden/local-surrogate.py > test/golden/local-surrogate.json

Rows are rounded to float32 first, because explainers hand rows over in float32.
"""
import json

import numpy as np
import shap
import sklearn.metrics
from lime import lime_base, lime_image, lime_tabular, lime_text

rng = np.random.default_rng(20240613)


def as_float32(array):
    return np.asarray(array).astype(np.float32).astype(np.float64)


def kernel(width):
    return lambda d: np.sqrt(np.exp(-(d**2) / width**2))


def fit(masks, outputs, distances, width, limit):
    base = lime_base.LimeBase(kernel(width), random_state=0)
    labels = np.stack([1 - outputs, outputs], axis=1)
    intercept, weights, r2, local = base.explain_instance_with_data(
        masks.astype(float), labels, distances, 1, limit
    )
    return {
        "limit": limit,
        "features": [int(f) for f, _ in weights],
        "coefficients": [float(c) for _, c in weights],
        "intercept": float(intercept),
        "r2": float(r2),
        "localPrediction": float(local[0]),
    }


def surrogate(masks, outputs, metric, scale, width, limits):
    data = masks.astype(float)
    distances = sklearn.metrics.pairwise_distances(data, data[:1], metric=metric).ravel() * scale
    return {
        "width": width,
        "masks": ["".join(map(str, m)) for m in masks],
        "outputs": outputs.tolist(),
        "weights": kernel(width)(distances).tolist(),
        "fits": [fit(masks, outputs, distances, width, limit) for limit in limits],
    }


def masks_of(samples, features, share):
    masks = (rng.random((samples, features)) < share).astype(int)
    masks[0] = 1
    return masks


def outputs_of(masks):
    """Interactions and noise, so that no fit is perfect."""
    weights = rng.normal(size=masks.shape[1])
    logits = masks @ weights - weights.sum() / 2 + masks[:, 0] * masks[:, -1]
    return 1 / (1 + np.exp(-logits - rng.normal(size=len(masks)) / 4))


def tabular_surrogate(features, limits):
    masks = masks_of(160, features, 0.3)
    width = np.sqrt(features) * 0.75
    return surrogate(masks, outputs_of(masks), "euclidean", 1, width, limits)


def text_surrogate(words, limits):
    masks = masks_of(120, words, 0.5)
    masks[7] = 0
    return surrogate(masks, outputs_of(masks), "cosine", 100, 25, limits)


def picture_surrogate(segments, limits):
    masks = masks_of(150, segments, 0.5)
    masks[11] = 0
    return surrogate(masks, outputs_of(masks), "cosine", 1, 0.25, limits)


# Tables: bins.
training = np.stack(
    [
        rng.normal(size=60) * 2 + 5,
        np.exp(rng.normal(size=60)),
        rng.integers(0, 3, size=60),
        np.full(60, 1.25),
        rng.random(60) * 100,
    ],
    axis=1,
)
training = as_float32(training)
names = ["width", "petal length", "count", "constant", "share"]
table = lime_tabular.LimeTabularExplainer(training, feature_names=names, random_state=0)
table_rows = np.concatenate([training[:6], as_float32(rng.normal(size=(4, 5)) * 5 + 5)])


def bins(feature):
    d = table.discretizer
    counts = {int(v): f for v, f in zip(table.feature_values[feature], table.feature_frequencies[feature])}
    size = len(d.means[feature])
    return {
        "name": names[feature],
        "column": training[:, feature].tolist(),
        "lows": [float(v) for v in d.mins[feature]],
        "highs": [float(v) for v in d.maxs[feature]],
        "means": [float(v) for v in d.means[feature]],
        "deviations": [float(v) for v in d.stds[feature]],
        "frequencies": [float(counts.get(b, 0)) for b in range(size)],
        "names": d.names[feature],
        "values": table_rows[:, feature].tolist(),
        "binOf": [int(b) for b in d.discretize(table_rows)[:, feature]],
    }


# Texts: words and removals.
TEXTS = [
    "The film isn't bad, it's the BEST film (of 2024) I've seen!",
    "  leading and trailing blanks\n\nand lines  ",
    "word",
    "naïve café_au_lait – déjà vu; déjà lu… 日本語 text, ٣ cups",
    "...!?",
    "a-b a_b a.b A.B",
]


def text(raw):
    indexed = lime_text.IndexedString(raw)
    count = indexed.num_words()
    removals = [sorted(rng.choice(count, size=rng.integers(1, count + 1), replace=False).tolist()) for _ in range(5)] if count else []
    return {
        "text": raw,
        "words": [str(w) for w in indexed.inverse_vocab],
        "starts": [[int(p) for p in indexed.string_position(i)] for i in range(count)],
        "removals": [{"removed": r, "left": indexed.inverse_removing(r)} for r in removals],
    }


# Pictures: what stands for hidden segments, and a picture for given masks.
def picture():
    height, width = 9, 8
    image = as_float32(rng.random((height, width, 3)))
    segments = np.array([[(y // 3) * 2 + (x // 4) for x in range(width)] for y in range(height)])
    segments[4, 4] = 0
    masks = masks_of(6, 6, 0.5)
    seen = []

    def classifier(images):
        seen.extend(np.array(images))
        return np.tile([[0.5, 0.5]], (len(images), 1))

    explainer = lime_image.LimeImageExplainer(random_state=0)
    fudged = image.copy()
    for x in np.unique(segments):
        fudged[segments == x] = [np.mean(image[segments == x][:, c]) for c in range(3)]

    class Fixed:
        def randint(self, low, high, count):
            return masks.reshape(-1).copy()

    explainer.random_state = Fixed()
    explainer.data_labels(image, fudged, segments, classifier, len(masks))
    return {
        "shape": [height, width, 3],
        "x": image.reshape(-1).tolist(),
        "segments": segments.reshape(-1).tolist(),
        "masks": ["".join(map(str, m)) for m in masks],
        "pictures": [p.reshape(-1).round(9).tolist() for p in seen],
    }


# End to end on a table: what the reference finds with 20 seeds.
FEATURES = 12
w = rng.normal(size=FEATURES).round(3)
pair = (rng.normal(size=FEATURES) / 2).round(3)


def model(x):
    """P(1) = sigma(sum_i w_i x_i + u_i x_i x_(i+1 mod n))"""
    x = np.asarray(x, dtype=np.float64)
    p = 1 / (1 + np.exp(-(x @ w + (x * np.roll(x, -1, axis=1)) @ pair)))
    return np.stack([1 - p, p], axis=1)


def end_to_end():
    data = as_float32(rng.normal(size=(150, FEATURES)))
    row = as_float32(rng.normal(size=FEATURES))
    tops, predictions = [], []
    for seed in range(20):
        explainer = lime_tabular.LimeTabularExplainer(data, random_state=seed)
        found = explainer.explain_instance(row, model, num_features=10, num_samples=5000)
        tops.append([int(f) for f, _ in found.local_exp[1][:5]])
        predictions.append([float(found.intercept[1]), float(found.score), float(found.local_pred[0])])

    def jaccard(a, b):
        return len(set(a) & set(b)) / len(set(a) | set(b))

    pairs = [jaccard(tops[i], tops[j]) for i in range(20) for j in range(i)]
    return {
        "training": [[float(f"{v:.9g}") for v in r] for r in data.tolist()],
        "row": row.tolist(),
        "tops": tops,
        "betweenSeeds": {"mean": float(np.mean(pairs)), "deviation": float(np.std(pairs))},
        # Of intercept, R² and local prediction.
        "means": np.mean(predictions, axis=0).tolist(),
        "deviations": np.std(predictions, axis=0).tolist(),
    }


# Permutation SHAP with the orders that the reference drew.
def permutation(samples):
    background = as_float32(rng.normal(size=(9, FEATURES)))
    row = as_float32(rng.normal(size=FEATURES))
    background[:, 3] = row[3]
    orders = []
    shuffle = np.random.shuffle

    def recorded(array):
        shuffle(array)
        orders.append([int(v) for v in array])

    explainer = shap.PermutationExplainer(
        model, shap.maskers.Independent(background, max_samples=len(background)), seed=3
    )
    np.random.shuffle = recorded
    found = explainer(row[None], max_evals=samples, error_bounds=True)
    np.random.shuffle = shuffle
    return {
        "samples": samples,
        "row": row.tolist(),
        "background": background.tolist(),
        "orders": orders,
        "values": found.values[0, :, 1].tolist(),
        "base": float(np.ravel(found.base_values)[-1]),
    }


print(
    json.dumps(
        {
            "bins": [bins(f) for f in range(5)],
            "surrogates": {
                "table": [tabular_surrogate(5, [3, 10]), tabular_surrogate(14, [6, 10])],
                "text": [text_surrogate(9, [6, 10]), text_surrogate(1, [10])],
                "picture": [picture_surrogate(8, [100000]), picture_surrogate(1, [5])],
            },
            "texts": [text(raw) for raw in TEXTS],
            "picture": picture(),
            "model": {"w": w.tolist(), "pair": pair.tolist()},
            "endToEnd": end_to_end(),
            "permutations": [permutation(500), permutation(23)],
        },
        ensure_ascii=False,
    )
)

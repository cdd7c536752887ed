"""Golden values for test/ml/explain, from independent implementations.

numpy 2.4.6, shap 0.51.0, Python 3.11:  python test/golden/explain.py > test/golden/explain.json

The model is nonlinear with interactions, in float64; its coefficients are in the fixture. Rows
are rounded to float32 first, because explainers hand rows over in float32.
"""
import json

import numpy as np
import shap

rng = np.random.default_rng(20240611)
FEATURES, BACKGROUND, CLASSES = 7, 12, 3


def as_float32(array):
    return array.astype(np.float32).astype(np.float64)


w = rng.normal(size=(CLASSES, FEATURES)).round(3)
pair = rng.normal(size=(CLASSES, FEATURES)).round(3)
bias = rng.normal(size=CLASSES).round(3)


def model(x):
    """softmax_c(b_c + sum_i w_ci x_i + sum_i u_ci x_i x_(i+1 mod n))"""
    x = np.asarray(x, dtype=np.float64)
    logits = bias + x @ w.T + (x * np.roll(x, -1, axis=1)) @ pair.T
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


background = as_float32(rng.normal(size=(BACKGROUND, FEATURES)))
row = as_float32(rng.normal(size=FEATURES))
constant_row = row.copy()
constant_background = background.copy()
constant_background[:, 2] = constant_row[2]


def kernel(row, background, nsamples):
    explainer = shap.KernelExplainer(model, background)
    values = explainer.shap_values(row, nsamples=nsamples, l1_reg=0, silent=True)
    return np.asarray(values).reshape(FEATURES, CLASSES)


def exact(row, background):
    masker = shap.maskers.Independent(background, max_samples=BACKGROUND)
    explainer = shap.explainers.ExactExplainer(model, masker)
    return explainer(row[None]).values[0]


def case(row, background):
    c = int(np.argmax(model(row[None])[0]))
    return {
        "row": row.tolist(),
        "background": background.tolist(),
        "classIndex": c,
        "output": model(row[None])[0, c],
        "baseOutput": model(background)[:, c].mean(),
        "kernel": kernel(row, background, 2 * FEATURES + 2048)[:, c].tolist(),
        "exact": exact(row, background)[:, c].tolist(),
    }


def quadrature(n):
    nodes, weights = np.polynomial.legendre.leggauss(n)
    return {"count": n, "nodes": nodes.tolist(), "weights": weights.tolist()}


def kernel_weights(size, nsamples):
    """Coalitions that the reference enumerates, and their weights, for a size it covers fully."""
    explainer = shap.KernelExplainer(lambda x: x.sum(axis=1), np.zeros((1, size)))
    explainer.shap_values(np.ones(size), nsamples=nsamples, l1_reg=0, silent=True)
    n = explainer.nsamplesAdded
    return {
        "size": size,
        "samples": nsamples,
        "masks": ["".join(str(int(b)) for b in m) for m in explainer.maskMatrix[:n]],
        "weights": explainer.kernelWeights[:n].tolist(),
        "enumerated": int(n) if n == 2**size - 2 else None,
    }


print(
    json.dumps(
        {
            "model": {"w": w.tolist(), "pair": pair.tolist(), "bias": bias.tolist()},
            "cases": [case(row, background), case(constant_row, constant_background)],
            "quadratures": [quadrature(n) for n in (1, 2, 3, 10, 50, 51, 100, 400)],
            "enumerations": [kernel_weights(s, 2 * s + 2048) for s in (2, 3, 6)],
        },
        indent=None,
    )
)

"""The Python side of bench/explain.mjs: lime and shap on the same network, computed by numpy.

Explains one row for each line that it is sent; see explain-rows.mjs.
"""

import json
import re
import sys
import time
import warnings


import numpy as np
import shap
import sklearn
from lime.lime_image import LimeImageExplainer
from lime.lime_tabular import LimeTabularExplainer
from lime.lime_text import LimeTextExplainer

warnings.filterwarnings("ignore")
work = json.loads(sys.argv[1])
shape, method, samples = work["inputShape"], work["method"], work.get("samples")
weights = np.fromfile(work["files"]["weights"], dtype="<f4")
used = 0


def take(*size):
    global used
    count = int(np.prod(size))
    used += count
    return weights[used - count : used].reshape(size)


def relu(x):
    return np.maximum(x, 0, out=x)


def softmax(x):
    e = np.exp(x - x.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def dense(inputs, units, activation):
    kernel, bias = take(inputs, units), take(units)
    return lambda x: activation(x @ kernel + bias)


def convolution(channels, layer):
    size, step, filters = layer["kernelSize"], layer["strides"], layer["filters"]
    kernel, bias = take(size, size, channels, filters).reshape(-1, filters), take(filters)

    def run(x):
        windows = np.lib.stride_tricks.sliding_window_view(x, (size, size), axis=(1, 2))
        windows = windows[:, ::step, ::step].transpose(0, 1, 2, 4, 5, 3)
        flat = windows.reshape(*windows.shape[:3], -1)
        return relu(flat @ kernel + bias)

    return run


def bag(layer):
    table = take(layer["vocabulary"], layer["units"])
    return lambda ids: table[ids].mean(axis=1)


def build():
    layers, width, side = [], shape[-1], shape[0]
    for layer in work["hidden"]:
        if layer["type"] == "dense":
            layers.append(dense(width, layer["units"], relu))
            width = layer["units"]
        elif layer["type"] == "conv2d":
            layers.append(convolution(width, layer))
            width, side = layer["filters"], (side - layer["kernelSize"]) // layer["strides"] + 1
        elif layer["type"] == "embedding":
            layers.append(bag(layer))
            width = layer["units"]
        elif layer["type"] == "flatten":
            layers.append(lambda x: x.reshape(len(x), -1))
            width = width * side * side
    layers.append(dense(width, 2, softmax))

    def network(x):
        for one in layers:
            x = one(x)
        return x

    return network


network = build()


def model(x):
    return network(np.asarray(x, dtype=np.float32))


if work.get("words"):
    ids = {w: i + 4 for i, w in enumerate(json.load(open(work["files"]["words"])))}
    texts = json.load(open(work["files"]["x"]))
    token = re.compile(r"\w+|[^\s\w]")

    def encode(text):
        found = [ids.get(t, 1) for t in token.findall(text.lower())][: shape[0]]
        return found + [0] * (shape[0] - len(found))

    def model_of_texts(some):
        return network(np.array([encode(t) for t in some]))

    data = texts
else:
    data = np.fromfile(work["files"]["x"], dtype="<f4").reshape(-1, *shape)


def explainer():
    if method == "lime" and work.get("words"):
        one = LimeTextExplainer(random_state=1)
        return lambda row: one.explain_instance(data[row], model_of_texts, num_samples=samples).local_exp[1]
    if method == "lime" and len(shape) > 1:
        one = LimeImageExplainer(random_state=1)
        from skimage.segmentation import slic

        # As many segments by the same algorithm; its default, quickshift, takes longer.
        return lambda row: one.explain_instance(
            data[row].astype(np.float64), model, labels=(1,), top_labels=None, num_samples=samples, batch_size=50,
            segmentation_fn=lambda image: slic(image, n_segments=50, compactness=10, start_label=0),
        ).local_exp[1]
    if method == "lime":
        one = LimeTabularExplainer(data.astype(np.float64), random_state=1)
        return lambda row: one.explain_instance(data[row].astype(np.float64), model, num_samples=samples).local_exp[1]
    # The last rows: a row that is explained is not among those that stand for absent features.
    background = data[-work["background"] :].astype(np.float64)
    if method == "kernel-shap":
        one = shap.KernelExplainer(model, background)
        return lambda row: one.shap_values(data[row].astype(np.float64), nsamples=samples, l1_reg=0, silent=True)[:, 1]
    masker = shap.maskers.Independent(background, max_samples=len(background))
    if method == "permutation-shap":
        one = shap.PermutationExplainer(model, masker, seed=1)
        return lambda row: one(data[row : row + 1].astype(np.float64), max_evals=samples, silent=True).values[0, :, 1]
    one = shap.explainers.ExactExplainer(model, masker)
    return lambda row: one(data[row : row + 1].astype(np.float64), silent=True).values[0, :, 1]




def counted(function):
    """The same function, counting rows and seconds."""

    def run(rows):
        start = time.perf_counter()
        found = function(rows)
        totals["rows"] += len(rows)
        totals["seconds"] += time.perf_counter() - start
        return found

    return run


totals = {"rows": 0, "seconds": 0.0}
model = counted(model)
if work.get("words"):
    model_of_texts = counted(model_of_texts)
explain = explainer()
versions = {p.__name__: p.__version__ for p in (np, sklearn, shap)}
print(json.dumps({"versions": {**versions, "lime": "0.2.0.1"}}), flush=True)
row = 0
for line in sys.stdin:
    if line.strip() != "run":
        break
    totals["rows"], totals["seconds"] = 0, 0.0
    start = time.perf_counter()
    found = explain(row % len(data))
    seconds = time.perf_counter() - start
    row += 1
    if method == "lime":
        top = [[int(f), float(v)] for f, v in found[:5]]
    else:
        top = [float(v) for v in found]
    print(
        json.dumps(
            {"seconds": seconds, "evaluations": totals["rows"], "model": totals["seconds"], "top": top}
        ),
        flush=True,
    )

"""Makes objective.json: losses with their gradients, clipped gradients and penalties by Keras.

Made with Python 3.11, tensorflow-cpu 2.21.0, keras 3.15.1.
"""

import json
import os

import keras
import numpy as np
import tensorflow as tf

keras.config.set_floatx("float64")
ROWS, CLASSES = 6, 4
generator = np.random.RandomState(0)
# What the tests read back is float32.
logits = (2 * generator.randn(ROWS, CLASSES)).astype("float32").astype("float64")
labels = np.array([0, 1, 2, 3, 1, 1])
class_weights = np.array([1.0, 0.25, 2.0, 0.0])

losses = keras.losses
MAKE = {
    "cross-entropy": lambda term: losses.CategoricalCrossentropy(reduction=None),
    "focal": lambda term: losses.CategoricalFocalCrossentropy(
        alpha=term.get("alpha", 0.25), gamma=term.get("gamma", 2), reduction=None
    ),
    "mean-squared-error": lambda term: losses.MeanSquaredError(reduction=None),
    "mean-absolute-error": lambda term: losses.MeanAbsoluteError(reduction=None),
}
CASES = [
    {"losses": [{"type": "cross-entropy"}]},
    {"losses": [{"type": "cross-entropy"}], "labelSmoothing": 0.2},
    {"losses": [{"type": "cross-entropy"}], "weighted": True},
    {"losses": [{"type": "focal"}]},
    {"losses": [{"type": "focal", "gamma": 0.5, "alpha": 0.8}], "labelSmoothing": 0.1},
    {"losses": [{"type": "mean-squared-error"}]},
    {"losses": [{"type": "mean-absolute-error"}], "weighted": True},
    {
        "losses": [
            {"type": "cross-entropy", "weight": 0.7},
            {"type": "focal", "weight": 2, "gamma": 3, "alpha": 1},
            {"type": "mean-squared-error", "weight": 0.3},
        ],
        "labelSmoothing": 0.1,
        "weighted": True,
    },
]


def loss(case):
    smoothing = case.get("labelSmoothing", 0)
    targets = np.eye(CLASSES)[labels] * (1 - smoothing) + smoothing / CLASSES
    weights = class_weights[labels] if case.get("weighted") else np.ones(ROWS)
    z = tf.Variable(logits)
    with tf.GradientTape() as tape:
        p = keras.ops.softmax(z)
        rows = sum(
            term.get("weight", 1) * MAKE[term["type"]](term)(targets, p) for term in case["losses"]
        )
        # Keras' sum over the batch size.
        value = tf.reduce_sum(rows * weights) / ROWS
    return {**case, "value": float(value), "gradient": np.array(tape.gradient(value, z)).tolist()}


# A kernel of [2, 2] and a bias of [2].
parts = [np.array([[3.0, -0.5], [0.1, 0.2]]), np.array([0.3, -0.4])]


def clipped(options):
    optimizer = keras.optimizers.SGD(**options)
    return np.concatenate(
        [np.array(part).ravel() for part in optimizer._clip_gradients(map_tensors(parts))]
    ).tolist()


def map_tensors(arrays):
    return [tf.constant(array) for array in arrays]


def penalty(l1, l2):
    kernel = tf.Variable(parts[0])
    with tf.GradientTape() as tape:
        value = keras.regularizers.L1L2(l1, l2)(kernel)
    return np.array(tape.gradient(value, kernel)).ravel().tolist()


result = {
    "keras": keras.__version__,
    "classes": CLASSES,
    "logits": logits.tolist(),
    "labels": labels.tolist(),
    "classWeights": class_weights.tolist(),
    "losses": [loss(case) for case in CASES],
    "kernel": parts[0].ravel().tolist(),
    "bias": parts[1].tolist(),
    "clipped": [
        {"clip": {"by": "value", "limit": 0.25}, "gradient": clipped({"clipvalue": 0.25})},
        {"clip": {"by": "norm", "limit": 1}, "gradient": clipped({"clipnorm": 1.0})},
        {"clip": {"by": "global-norm", "limit": 2}, "gradient": clipped({"global_clipnorm": 2.0})},
        {"clip": {"by": "global-norm", "limit": 9}, "gradient": clipped({"global_clipnorm": 9.0})},
    ],
    "penalties": [
        {"l1": l1, "l2": l2, "gradient": penalty(l1, l2)}
        for l1, l2 in [(0.1, 0), (0, 0.2), (0.03, 0.04)]
    ],
}
with open(os.path.join(os.path.dirname(__file__), "objective.json"), "w") as file:
    json.dump(result, file)
    file.write("\n")

"""Makes optimizers.json: twenty steps of Keras' optimizers along fixed gradients.

Made with Python 3.11, tensorflow-cpu 2.21.0, keras 3.15.1.
"""

import json
import os

import keras
import numpy as np

VALUES, STEPS = 6, 20
generator = np.random.RandomState(0)
start = generator.randn(VALUES).astype("float32")
# Scales far apart, so that a misplaced epsilon shows.
scales = np.array([1, 1e-3, 1e3, 1e-6, 0.1, 10])
gradients = (generator.randn(STEPS, VALUES) * scales).astype("float32")

CASES = [
    {"type": "adam", "learningRate": 0.01, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-7},
    {"type": "adam", "learningRate": 0.1, "beta1": 0.5, "beta2": 0.9, "epsilon": 1e-3},
    {"type": "sgd", "learningRate": 0.05, "momentum": 0.0, "nesterov": False},
    {"type": "sgd", "learningRate": 0.05, "momentum": 0.9, "nesterov": False},
    {"type": "sgd", "learningRate": 0.05, "momentum": 0.9, "nesterov": True},
]


def make(case):
    if case["type"] == "adam":
        return keras.optimizers.Adam(
            case["learningRate"], case["beta1"], case["beta2"], case["epsilon"]
        )
    return keras.optimizers.SGD(case["learningRate"], case["momentum"], case["nesterov"])


def run(case):
    optimizer = make(case)
    variable = keras.Variable(start)
    trace = []
    for gradient in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(gradient)], [variable])
        trace.append([float(value) for value in np.asarray(variable)])
    return {"options": case, "parameters": trace}


result = {
    "keras": keras.__version__,
    "start": start.tolist(),
    "gradients": gradients.tolist(),
    "cases": [run(case) for case in CASES],
}
with open(os.path.join(os.path.dirname(__file__), "optimizers.json"), "w") as file:
    json.dump(result, file)
    file.write("\n")

"""Makes optimizers.json: twenty steps of Keras' optimizers along fixed gradients.

Made with Python 3.11, tensorflow-cpu 2.21.0, keras 3.15.1.
"""

import json
import os

import keras
import numpy as np

VALUES, STEPS = 6, 20
# The first values are a kernel's, the others a bias', which does not decay.
KERNEL = 4
# Keras takes powers of beta2 in float32: with one near 1 and a large rate its own error shows.
generator = np.random.RandomState(0)
start = generator.randn(VALUES).astype("float32")
# Scales far apart, so that a misplaced epsilon shows.
scales = np.array([1, 1e-3, 1e3, 1e-6, 0.1, 10])
gradients = (generator.randn(STEPS, VALUES) * scales).astype("float32")

# Each: what a pipeline says, and Keras' optimizer for it.
optimizers = keras.optimizers
CASES = [
    ({"type": "adam"}, optimizers.Adam()),
    (
        {"type": "adam", "learningRate": 0.1, "beta1": 0.5, "beta2": 0.9, "epsilon": 1e-3},
        optimizers.Adam(0.1, 0.5, 0.9, 1e-3),
    ),
    (
        {"type": "adam", "learningRate": 0.01, "beta2": 0.6, "amsgrad": True},
        optimizers.Adam(0.01, beta_2=0.6, amsgrad=True),
    ),
    ({"type": "adamw"}, optimizers.AdamW()),
    (
        {"type": "adamw", "learningRate": 0.1, "weightDecay": 0.3, "beta2": 0.9},
        optimizers.AdamW(0.1, weight_decay=0.3, beta_2=0.9),
    ),
    ({"type": "adamax"}, optimizers.Adamax()),
    (
        {"type": "adamax", "learningRate": 0.1, "beta1": 0.5, "beta2": 0.9, "epsilon": 1e-3},
        optimizers.Adamax(0.1, 0.5, 0.9, 1e-3),
    ),
    ({"type": "adagrad"}, optimizers.Adagrad()),
    (
        {"type": "adagrad", "learningRate": 0.1, "initialAccumulator": 0, "epsilon": 1e-3},
        optimizers.Adagrad(0.1, 0.0, 1e-3),
    ),
    ({"type": "adadelta"}, optimizers.Adadelta()),
    (
        {"type": "adadelta", "learningRate": 1.0, "rho": 0.8, "epsilon": 1e-3},
        optimizers.Adadelta(1.0, 0.8, 1e-3),
    ),
    ({"type": "rmsprop"}, optimizers.RMSprop()),
    (
        {"type": "rmsprop", "learningRate": 0.01, "rho": 0.8, "momentum": 0.7},
        optimizers.RMSprop(0.01, 0.8, 0.7),
    ),
    (
        {"type": "rmsprop", "learningRate": 0.01, "momentum": 0.5, "epsilon": 0.1, "centered": True},
        optimizers.RMSprop(0.01, 0.9, 0.5, 0.1, centered=True),
    ),
    ({"type": "gd"}, optimizers.SGD()),
    ({"type": "batch-gd", "learningRate": 0.05}, optimizers.SGD(0.05)),
    ({"type": "sgd", "learningRate": 0.05, "momentum": 0.5}, optimizers.SGD(0.05, 0.5)),
    (
        {"type": "sgd", "learningRate": 0.05, "momentum": 0.5, "nesterov": True},
        optimizers.SGD(0.05, 0.5, True),
    ),
    ({"type": "momentum"}, optimizers.SGD(momentum=0.9)),
    ({"type": "nesterov"}, optimizers.SGD(momentum=0.9, nesterov=True)),
]


def run(options, optimizer):
    kernel, bias = keras.Variable(start[:KERNEL]), keras.Variable(start[KERNEL:])
    if options["type"] == "adamw":
        optimizer.exclude_from_weight_decay([bias])
    trace = []
    for gradient in gradients:
        pair = [keras.ops.convert_to_tensor(part) for part in np.split(gradient, [KERNEL])]
        optimizer.apply(pair, [kernel, bias])
        values = np.concatenate([np.asarray(kernel), np.asarray(bias)])
        # Nine digits give a float32 back exactly.
        trace.append([float(f"{value:.9g}") for value in values])
    return {"options": options, "parameters": trace}


result = {
    "keras": keras.__version__,
    "kernel": KERNEL,
    "start": start.tolist(),
    "gradients": gradients.tolist(),
    "cases": [run(*case) for case in CASES],
}
with open(os.path.join(os.path.dirname(__file__), "optimizers.json"), "w") as file:
    json.dump(result, file)
    file.write("\n")

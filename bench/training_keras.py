"""The Keras side of bench/training.mjs: the same layers, rows, batches and optimizer.

Trains, or predicts, one block of rows for each line that it is sent; see training-blocks.mjs.
"""

import json
import os
import resource
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
import tensorflow as tf

L = keras.layers


@keras.saving.register_keras_serializable()
class LearnedPositions(L.Layer):
    def build(self, shape):
        self.table = self.add_weight(shape=shape[1:], initializer="uniform", name="positions")

    def call(self, x):
        return x + self.table


def make(layer, inputs):
    kind = layer["type"]
    x = inputs[0]
    if kind == "dense":
        return L.Dense(layer["units"], layer["activation"])(x)
    if kind == "conv2d":
        return L.Conv2D(
            layer["filters"], layer["kernelSize"], layer["strides"], layer["padding"],
            activation=layer["activation"],
        )(x)
    if kind == "maxPooling2d":
        return L.MaxPooling2D(layer["poolSize"])(x)
    if kind == "flatten":
        return L.Flatten()(x)
    if kind == "lstm":
        return L.LSTM(layer["units"])(x)
    if kind == "gru":
        return L.GRU(layer["units"])(x)
    if kind == "embedding":
        return L.Embedding(layer["vocabulary"], layer["units"])(x)
    if kind == "positionalEncoding":
        return LearnedPositions()(x)
    if kind == "layerNormalization":
        return L.LayerNormalization()(x)
    if kind == "multiHeadAttention":
        return L.MultiHeadAttention(layer["heads"], layer["keyUnits"])(x, x)
    if kind == "add":
        return L.Add()(inputs)
    if kind == "globalAveragePooling1d":
        return L.GlobalAveragePooling1D()(x)
    raise ValueError(f"no layer of type {kind}")


def build(workload):
    start = keras.Input(workload["inputShape"])
    named, x = {}, start
    for layer in workload["layers"]:
        x = make(layer, [named[name] for name in layer["inputs"]] if "inputs" in layer else [x])
        if "name" in layer:
            named[layer["name"]] = x
    return keras.Model(start, x)


def main():
    workload = json.loads(sys.argv[1])
    keras.utils.set_random_seed(1)
    x = np.fromfile(workload["files"]["x"], "<f4").reshape(-1, *workload["inputShape"])
    y = np.fromfile(workload["files"]["y"], "<i4")
    batch = workload["batch"]
    model = build(workload)

    def train():
        return model.fit(x, y, batch_size=batch, epochs=1, verbose=0).history["loss"][0]

    def predict():
        return float(model.predict(x, batch_size=batch, verbose=0)[:, 0].sum())

    if workload["task"] == "train":
        model.compile(
            keras.optimizers.Adam(0.001), "sparse_categorical_crossentropy", metrics=["accuracy"]
        )
    block = train if workload["task"] == "train" else predict
    say = lambda answer: print(json.dumps(answer), flush=True)
    say({"versions": f"Keras {keras.__version__}; TensorFlow {tf.__version__}"})
    for line in sys.stdin:
        if line.strip() == "end":
            break
        started = time.perf_counter()
        result = block()
        seconds = time.perf_counter() - started
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        say({"seconds": seconds, "result": result, "peakMiB": peak})


main()

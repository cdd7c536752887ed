"""Golden values for the methods by gradients, from gradient tapes over Keras models.

Made with Python 3.11, tensorflow-cpu 2.21.0, keras 3.15.1:
  python test/golden/explain-gradients.py > test/golden/explain-gradients.json

Weights are in layer order, kernel before bias, as both sides keep them.
"""

import json
import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import numpy as np
import tensorflow as tf

L = keras.layers
random = np.random.RandomState(11)


def weigh(model):
    weights = [random.randn(*w.shape).astype("float32") * 0.4 for w in model.get_weights()]
    model.set_weights(weights)
    return np.concatenate([w.ravel() for w in weights]).tolist()


def floats(tensor):
    return np.asarray(tensor, "float64").ravel().tolist()


def cnn():
    x = keras.Input((9, 7, 2))
    first = L.Conv2D(4, 3, padding="same", activation="relu", name="first")(x)
    pooled = L.MaxPooling2D(2)(first)
    last = L.Conv2D(5, 3, padding="same", activation="relu", name="last")(pooled)
    flat = L.Flatten()(L.MaxPooling2D(2)(last))
    return keras.Model(x, [L.Dense(3)(flat), first, last])


def cam(model, picture, layer, class_index):
    with tf.GradientTape() as tape:
        logits, first, last = model(picture[None])
        taken = {"first": first, "last": last}[layer]
        score = logits[0, class_index]
    gradients = tape.gradient(score, taken)
    heat = tf.reduce_sum(taken * tf.reduce_mean(gradients, axis=(1, 2), keepdims=True), axis=-1)
    maps = {}
    for signs, values in {"signed": heat, "positive": tf.nn.relu(heat)}.items():
        resized = tf.image.resize(values[..., None], picture.shape[:2])[0, ..., 0]
        maps[signs] = floats(resized / tf.reduce_max(tf.abs(resized)))
    return {
        "layer": layer,
        "classIndex": class_index,
        "activations": floats(taken),
        "gradients": floats(gradients),
        "shape": list(taken.shape[1:]),
        **maps,
    }


def slopes(model, x, class_index):
    """Of the class's score and of its probability, by every value."""
    x = tf.constant(x)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        logits = model(x[None])
        logits = logits[0] if isinstance(logits, list) else logits
        score = logits[0, class_index]
        probability = tf.nn.softmax(logits)[0, class_index]
    return tape.gradient(score, x), tape.gradient(probability, x)


def cnn_case():
    model = cnn()
    weights = weigh(model)
    picture = random.rand(9, 7, 2).astype("float32")
    return {
        "weights": weights,
        "picture": floats(picture),
        "cams": [cam(model, picture, layer, c) for layer in ("first", "last") for c in (0, 2)],
        "saliency": floats(slopes(model, picture, 1)[0]),
    }


def mlp_case():
    x = keras.Input((4,))
    model = keras.Model(x, L.Dense(3)(L.Dense(6, activation="tanh")(x)))
    weights = weigh(model)
    row = random.randn(4).astype("float32")
    background = random.randn(3, 4).astype("float32")
    draws = [{"from": int(random.randint(3)), "t": float(random.rand())} for _ in range(60)]
    class_index = 2
    samples = []
    for draw in draws:
        start = background[draw["from"]]
        point = (start + np.float32(draw["t"]) * (row - start)).astype("float32")
        gradient = np.asarray(slopes(model, point, class_index)[1], "float64")
        samples.append(gradient * (row.astype("float64") - start))
    noise = random.randn(5, 4).astype("float32")
    noisy = [np.asarray(slopes(model, row + n, class_index)[0]) for n in noise]
    probabilities = tf.nn.softmax(model(background)).numpy()[:, class_index]
    return {
        "weights": weights,
        "row": floats(row),
        "background": background.tolist(),
        "classIndex": class_index,
        "draws": draws,
        "expected": np.mean(samples, axis=0).tolist(),
        "standardError": (np.std(samples, axis=0, ddof=1) / np.sqrt(len(samples))).tolist(),
        "baseOutput": float(probabilities.mean()),
        "output": float(tf.nn.softmax(model(row[None])).numpy()[0, class_index]),
        "noise": floats(noise),
        "smooth": np.mean(noisy, axis=0).tolist(),
        "saliency": floats(slopes(model, row, class_index)[0]),
    }


print(json.dumps({"cnn": cnn_case(), "mlp": mlp_case()}))

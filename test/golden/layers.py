"""Makes layers.json: outputs and gradients of Keras' layers, with the weights that gave them.

Made with Python 3.11, tensorflow-cpu 2.21.0, keras 3.15.1.
"""

import json
import os

import keras
import numpy as np
import tensorflow as tf

L = keras.layers
generator = np.random.RandomState(1)
ROWS, STEPS, FEATURES, VOCABULARY = 3, 5, 4, 7


def numbers(*shape):
    return generator.randn(ROWS, *shape).astype("float32")


def tokens(*rows):
    return np.array(rows, "float32")


TOKENS = tokens([3, 1, 6, 0, 0], [2, 5, 4, 1, 3], [6, 0, 0, 0, 0])
# Padding in the middle and a row without any token.
GAPS = tokens([0, 3, 0, 2, 0], [0, 0, 0, 0, 0], [5, 0, 0, 1, 6])

embedding = {"type": "embedding", "vocabulary": VOCABULARY, "units": FEATURES, "maskZero": True}
dense = {"type": "dense", "units": 2, "activation": "linear"}


def cell(type, units, sequences):
    spec = {"type": type, "units": units, "returnSequences": sequences}
    return {**spec, "activation": "tanh"} if type == "simpleRnn" else spec


def build_cell(spec, **options):
    make = {"simpleRnn": L.SimpleRNN, "lstm": L.LSTM, "gru": L.GRU}[spec["type"]]
    more = {"activation": spec["activation"]} if "activation" in spec else {}
    return make(spec["units"], return_sequences=spec["returnSequences"], **more, **options)


class Flip(L.Layer):
    def call(self, inputs):
        return keras.ops.flip(inputs, axis=1)


def build(spec, inputs):
    """Calls the layer of one of our specifications."""
    kind = spec["type"]
    first = inputs[0]
    if kind == "dense":
        return L.Dense(spec["units"], spec["activation"])(first)
    if kind == "embedding":
        return L.Embedding(spec["vocabulary"], spec["units"], mask_zero=spec["maskZero"])(first)
    if kind in ("simpleRnn", "lstm", "gru"):
        if not spec["reverse"]:
            return build_cell(spec)(first)
        backwards = build_cell(spec, go_backwards=True)(first)
        # Ours stand where their steps are.
        return Flip()(backwards) if spec["returnSequences"] else backwards
    if kind == "bidirectional":
        return L.Bidirectional(build_cell(spec["layer"]), merge_mode=spec["merge"])(first)
    if kind == "conv1d":
        return L.Conv1D(
            spec["filters"], spec["kernelSize"], spec["strides"], spec["padding"],
            activation=spec["activation"],
        )(first)
    if kind == "multiHeadAttention":
        layer = L.MultiHeadAttention(spec["heads"], spec["keyUnits"])
        return layer(first, inputs[-1], use_causal_mask=spec["causal"])
    if kind == "concatenate":
        return L.Concatenate()(inputs)
    if kind == "add":
        return L.Add()(inputs)
    if kind == "multiply":
        return L.Multiply()(inputs)
    if kind == "reshape":
        return L.Reshape(spec["shape"])(first)
    plain = {
        "maxPooling1d": lambda: L.MaxPooling1D(spec["poolSize"]),
        "averagePooling1d": lambda: L.AveragePooling1D(spec["poolSize"]),
        "globalAveragePooling1d": L.GlobalAveragePooling1D,
        "globalMaxPooling1d": L.GlobalMaxPooling1D,
        "layerNormalization": L.LayerNormalization,
        "batchNormalization": L.BatchNormalization,
        "flatten": L.Flatten,
    }
    return plain[kind]()(first)


def case(name, layers, x, inputs=None):
    inputs = inputs or [{"name": "input", "shape": list(x.shape[1:]), "offset": 0}]
    row = keras.Input(x.shape[1:])
    values = {}
    for entry in inputs:
        size = int(np.prod(entry["shape"]))
        start = entry["offset"]
        part = row if len(inputs) == 1 else row[:, start : start + size]
        values[entry["name"]] = part if len(inputs) == 1 else L.Reshape(entry["shape"])(part)
    last = values[inputs[0]["name"]]
    for index, spec in enumerate(layers):
        given = [values[name] for name in spec["inputs"]] if "inputs" in spec else [last]
        last = build(spec, given)
        values[spec.get("name", index)] = last
    model = keras.Model(row, last)
    for weight in model.weights:
        spread = 0.5 * generator.randn(*weight.shape)
        weight.assign(np.abs(spread) + 0.5 if "variance" in weight.path else spread)
    watched = [weight.value for weight in model.trainable_weights]
    x = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        output = model(x)
        upstream = generator.randn(*output.shape).astype("float32")
        total = tf.reduce_sum(output * upstream)
    by_weights, by_x = tape.gradient(total, [watched, x])
    flat = lambda tensors: np.concatenate([np.ravel(t) for t in tensors] or [[]]).tolist()
    gradients = [tf.convert_to_tensor(gradient) for gradient in by_weights]
    return {
        "name": name,
        "inputShape": list(x.shape[1:]),
        "inputs": inputs,
        "layers": layers,
        "x": np.ravel(x).tolist(),
        "weights": flat([weight.numpy() for weight in model.weights]),
        "output": np.ravel(output).tolist(),
        "upstream": np.ravel(upstream).tolist(),
        "weightGradients": flat(gradients),
        "inputGradients": None if by_x is None else np.ravel(by_x).tolist(),
    }


def recurrent_cases():
    for type, units in (("simpleRnn", 3), ("lstm", 4), ("gru", 3)):
        for sequences in (False, True):
            for reverse in (False, True):
                spec = {**cell(type, units, sequences), "reverse": reverse}
                ways = f"{type}, {'all steps' if sequences else 'last step'}{', reversed' if reverse else ''}"
                yield case(ways, [spec], numbers(STEPS, FEATURES))
                yield case(f"{ways}, padding", [embedding, spec], TOKENS)
                yield case(f"{ways}, gaps", [embedding, spec], GAPS)
    for merge in ("concat", "sum"):
        spec = {"type": "bidirectional", "layer": cell("gru", 2, True), "merge": merge}
        last = {"type": "bidirectional", "layer": cell("lstm", 2, False), "merge": merge}
        yield case(f"bidirectional, {merge}", [spec, last], numbers(STEPS, FEATURES))
        yield case(f"bidirectional, {merge}, gaps", [embedding, spec, last], GAPS)
    for activation in ("relu", "sigmoid", "linear"):
        spec = {**cell("simpleRnn", 3, True), "activation": activation, "reverse": False}
        yield case(f"simpleRnn, {activation}", [spec], numbers(STEPS, FEATURES))


def attention(heads, units, causal, **more):
    return {"type": "multiHeadAttention", "heads": heads, "keyUnits": units, "causal": causal, **more}


def attention_cases():
    pool = {"type": "globalAveragePooling1d"}
    for causal in (False, True):
        name = "causal attention" if causal else "attention"
        yield case(name, [attention(2, 3, causal)], numbers(STEPS, FEATURES))
        # Every row needs a step to look at; what padding itself looks at differs from Keras.
        yield case(f"{name}, padding", [embedding, attention(2, 3, causal), pool], TOKENS)
    both = [
        {"name": "query", "shape": [2, 3], "offset": 0},
        {"name": "value", "shape": [3, 4], "offset": 6},
    ]
    layers = [attention(2, 3, False, inputs=["query", "value"])]
    yield case("attention of a query to a value", layers, numbers(18), both)


def graph_cases():
    residual = [
        {**dense, "units": FEATURES, "name": "inner"},
        {"type": "add", "inputs": ["input", "inner"], "name": "sum"},
        {"type": "layerNormalization"},
        {"type": "dense", "units": 3, "activation": "gelu", "name": "left"},
        {"type": "dense", "units": 3, "activation": "tanh", "inputs": ["sum"], "name": "right"},
        {"type": "multiply", "inputs": ["left", "right"], "name": "product"},
        {"type": "concatenate", "inputs": ["product", "sum"]},
        dense,
    ]
    yield case("branches", residual, numbers(FEATURES))
    yield case("branches on steps", residual, numbers(STEPS, FEATURES))
    inputs = [
        {"name": "words", "shape": [3], "offset": 0, "vocabulary": VOCABULARY},
        {"name": "table", "shape": [2], "offset": 3},
    ]
    rows = np.concatenate([TOKENS[:, :3], numbers(2)], axis=1)
    layers = [
        {**embedding, "inputs": ["words"], "name": "embedded"},
        {**cell("gru", 2, False), "reverse": False, "name": "read"},
        {"type": "concatenate", "inputs": ["read", "table"]},
        dense,
    ]
    yield case("two inputs", layers, rows, inputs)
    merged = [
        {**embedding, "name": "one"},
        {**embedding, "inputs": ["input"], "name": "other"},
        {"type": "add", "inputs": ["one", "other"]},
        {"type": "globalAveragePooling1d"},
    ]
    yield case("a sum of masked steps", merged, TOKENS)


def plain_cases():
    sequence = lambda: numbers(7, FEATURES)
    for padding, strides in (("valid", 1), ("same", 2), ("causal", 1), ("same", 1)):
        conv = {
            "type": "conv1d", "filters": 3, "kernelSize": 3, "strides": strides,
            "padding": padding, "activation": "tanh",
        }
        yield case(f"conv1d, {padding}, stride {strides}", [conv], sequence())
    for type in ("maxPooling1d", "averagePooling1d"):
        yield case(type, [{"type": type, "poolSize": 2}], sequence())
    for type in ("globalAveragePooling1d", "globalMaxPooling1d", "layerNormalization", "batchNormalization"):
        yield case(type, [{"type": type}], sequence())
    yield case("masked mean", [embedding, {"type": "globalAveragePooling1d"}], TOKENS)
    yield case("dense on steps", [dense], sequence())
    yield case("reshape", [{"type": "reshape", "shape": [14, 2]}, dense], sequence())
    yield case("embedding", [{**embedding, "maskZero": False}, {"type": "flatten"}], TOKENS)


cases = [*plain_cases(), *recurrent_cases(), *attention_cases(), *graph_cases()]


def rounded(value):
    """Nine digits give a float32 back exactly."""
    if isinstance(value, float):
        return float(f"{value:.9g}")
    if isinstance(value, list):
        return [rounded(item) for item in value]
    return {key: rounded(item) for key, item in value.items()} if isinstance(value, dict) else value


with open(os.path.join(os.path.dirname(__file__), "layers.json"), "w") as file:
    json.dump(rounded({"keras": keras.__version__, "cases": cases}), file, separators=(",", ":"))
    file.write("\n")

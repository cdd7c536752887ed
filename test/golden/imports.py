"""Makes imports/: models as other frameworks store them, and imports/<name>.json with what they
answer to a batch.

Made with Python 3.11, tensorflow-cpu 2.21.0, keras 3.15.1, tf_keras 2.21.0, tensorflowjs 4.22.0 (its
converter of SavedModels alone), and for ONNX, in an environment of its own, torch 2.15.0, onnx 1.23.2.

    python imports.py keras
    python imports.py torch

The layers model of TensorFlow.js is made by imports.mjs.
"""

import json
import os
import pathlib
import shutil
import sys
import types

import numpy as np

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
HERE = pathlib.Path(__file__).parent / "imports"
generator = np.random.RandomState(7)


def numbers(*shape):
    return generator.randn(*shape).astype("float32")


def tokens(*rows):
    return np.array(rows, "float32")


def write(name, inputs, outputs):
    """`inputs`: one array for each input, [rows, ...]."""
    value = {
        "rows": len(outputs),
        "inputs": [x.astype("float64").ravel().tolist() for x in inputs],
        "outputs": np.asarray(outputs, "float64").ravel().tolist(),
    }
    (HERE / f"{name}.json").write_text(json.dumps(value) + "\n")


def scatter(model):
    """Weights with nothing at its default, so that one left out or misplaced shows."""
    weights = []
    for variable in model.weights:
        value = 0.4 * numbers(*variable.shape)
        path = getattr(variable, "path", variable.name)
        weights.append(np.abs(value) + 0.3 if "variance" in path else value)
    model.set_weights(weights)
    return model


def cnn(keras):
    L = keras.layers
    return scatter(
        keras.Sequential(
            [
                keras.Input((8, 8, 1)),
                L.Conv2D(4, 3, padding="same", activation="relu"),
                L.BatchNormalization(epsilon=1e-2),
                L.MaxPooling2D(),
                L.Conv2D(5, 2, strides=2, use_bias=False),
                L.ReLU(),
                L.Flatten(),
                L.Dropout(0.4),
                L.Dense(6, activation="tanh"),
                L.Dense(3, activation="softmax"),
            ],
            name="cnn",
        )
    )


def rnn(keras):
    """Ends with logits, has an embedding that masks padding, and no layer names of ours."""
    L = keras.layers
    return scatter(
        keras.Sequential(
            [
                keras.Input((6,)),
                L.Embedding(9, 4, mask_zero=True),
                L.Bidirectional(L.LSTM(3, return_sequences=True)),
                L.GRU(4, return_sequences=True),
                L.SimpleRNN(5, go_backwards=True),
                L.Dense(3),
            ],
            name="rnn",
        )
    )


def transformer(keras):
    L = keras.layers
    tokens = keras.Input((6,), name="words")
    x = L.Embedding(9, 8, mask_zero=True, name="table")(tokens)
    seen = L.MultiHeadAttention(2, 4, name="attention")(x, x)
    x = L.LayerNormalization(epsilon=1e-6)(L.Add()([x, seen]))
    inner = L.Dense(8)(L.Dense(12, activation="gelu")(x))
    x = L.LayerNormalization(center=False)(L.Add()([x, inner]))
    x = L.GlobalAveragePooling1D()(x)
    return scatter(keras.Model(tokens, L.Dense(3, activation="softmax")(x), name="transformer"))


def branches(keras):
    """Two inputs and one sigmoid unit."""
    L = keras.layers
    sizes = keras.Input((3,), name="sizes")
    steps = keras.Input((5, 2), name="steps")
    left = L.Dense(4, activation="elu")(sizes)
    right = L.Conv1D(4, 2, padding="causal", activation="relu", name="look_back")(steps)
    right = L.GlobalMaxPooling1D()(right)
    both = L.Concatenate()([left, right, L.Multiply()([left, right])])
    hidden = L.Activation("sigmoid")(L.Dense(4, use_bias=False)(both))
    output = L.Dense(1, activation="sigmoid")(hidden)
    return scatter(keras.Model([sizes, steps], output, name="branches"))


TOKENS = tokens([3, 1, 6, 0, 0, 0], [2, 5, 4, 1, 3, 8], [6, 0, 0, 0, 0, 0], [7, 7, 2, 8, 0, 0])
INPUTS = {
    "cnn": [numbers(5, 8, 8, 1)],
    "rnn": [TOKENS],
    "transformer": [TOKENS],
    "branches": [numbers(4, 3), numbers(4, 5, 2)],
}
MODELS = {"cnn": cnn, "rnn": rnn, "transformer": transformer, "branches": branches}


def answer(model, inputs):
    return model(inputs if len(inputs) > 1 else inputs[0], training=False).numpy()


def save_nested(keras):
    L = keras.layers
    inner = keras.Sequential(
        [keras.Input((4,)), L.Dense(5, activation="relu"), L.Dense(4)], name="inner"
    )
    model = scatter(keras.Sequential([keras.Input((4,)), inner, L.Dense(3, activation="softmax")]))
    inputs = [numbers(4, 4)]
    model.save(HERE / "nested.keras")
    write("nested.keras", inputs, answer(model, inputs))


def save_refused(keras):
    """Files that must not be read: a layer with code, a layer that is not known, one used twice."""
    L = keras.layers
    first = keras.Sequential([keras.Input((4,)), L.Lambda(lambda x: 2 * x), L.Dense(2, "softmax")])
    first.save(HERE / "lambda.keras")
    unknown = [keras.Input((4, 4, 1)), L.UpSampling2D(name="grow"), L.Flatten(), L.Dense(2, "softmax")]
    keras.Sequential(unknown).save(HERE / "unknown.keras")
    x = keras.Input((4,))
    shared = L.Dense(4, name="again")
    keras.Model(x, L.Dense(2, activation="softmax")(shared(shared(x)))).save(HERE / "shared.keras")


def save_keras():
    import keras

    for name, make in MODELS.items():
        model = make(keras)
        inputs = INPUTS[name]
        outputs = answer(model, inputs)
        for ending in ("keras", "h5"):
            model.save(HERE / f"{name}.{ending}")
            write(f"{name}.{ending}", inputs, outputs)
        if name in ("cnn", "branches"):
            folder = HERE / f"{name}-saved-model"
            shutil.rmtree(folder, ignore_errors=True)
            model.export(folder, verbose=False)
            write(f"{name}-saved-model", inputs, outputs)
            save_graph_model(folder, HERE / f"{name}-graph-model")
            write(f"{name}-graph-model", inputs, outputs)
    save_nested(keras)
    save_refused(keras)


def save_keras_2():
    """What most files that end with .h5 hold."""
    import tf_keras

    for name in ("cnn", "transformer", "branches"):
        model = MODELS[name](tf_keras)
        inputs = INPUTS[name]
        model.save(HERE / f"{name}-2.h5")
        write(f"{name}-2.h5", inputs, answer(model, inputs))


def save_graph_model(source, target):
    # Of the converter's imports these serve models that there are none of here.
    for name in ("tensorflow_decision_forests", "tensorflow_hub", "jax", "jax.experimental"):
        sys.modules.setdefault(name, types.ModuleType(name))
    sys.modules["tensorflowjs.converters.jax_conversion"] = types.ModuleType("jax_conversion")
    sys.modules["tensorflowjs.converters.jax_conversion"].convert_jax = None
    from tensorflowjs.converters import tf_saved_model_conversion_v2

    shutil.rmtree(target, ignore_errors=True)
    tf_saved_model_conversion_v2.convert_tf_saved_model(str(source), str(target))


def strip(path):
    """Takes out where in whose Python each operation was written."""
    import onnx

    model = onnx.load(path)
    del model.metadata_props[:], model.graph.metadata_props[:]
    for part in [*model.graph.node, *model.graph.value_info, *model.graph.input,
                 *model.graph.output, *model.graph.initializer]:
        del part.metadata_props[:]
        part.doc_string = ""
    onnx.save(model, path)


def save_torch():
    import torch

    torch.manual_seed(3)
    n = torch.nn
    net = n.Sequential(
        n.Conv2d(1, 4, 3, padding=1), n.BatchNorm2d(4), n.ReLU(), n.MaxPool2d(2),
        n.Flatten(), n.Linear(64, 3),
    )
    net.train()
    net(torch.tensor(numbers(9, 1, 8, 8)))
    net.eval()
    x = numbers(5, 1, 8, 8)
    rows = torch.export.Dim("rows")
    torch.onnx.export(
        net, (torch.tensor(x),), HERE / "torch-cnn.onnx", dynamo=True, external_data=False,
        input_names=["pixels"], output_names=["logits"], dynamic_shapes=[{0: rows}], verbose=False,
    )
    strip(HERE / "torch-cnn.onnx")
    outputs = torch.softmax(net(torch.tensor(x)), 1).detach().numpy()
    write("torch-cnn.onnx", [x.transpose(0, 2, 3, 1)], outputs)
    one = n.Sequential(n.Linear(4, 5), n.Tanh(), n.Linear(5, 3), n.Softmax(1)).eval()
    x = numbers(3, 4)
    # A size of batch that is fixed, as an export without dynamic shapes has it.
    torch.onnx.export(
        one, (torch.tensor(x[:1]),), HERE / "torch-mlp.onnx", dynamo=True, external_data=False,
        verbose=False,
    )
    strip(HERE / "torch-mlp.onnx")
    write("torch-mlp.onnx", [x], one(torch.tensor(x)).detach().numpy())


HERE.mkdir(exist_ok=True)
if sys.argv[1] == "torch":
    save_torch()
else:
    save_keras()
    save_keras_2()

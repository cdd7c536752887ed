"""Makes schedules.json: learning rates of Keras' schedules, and what its ReduceLROnPlateau does.

Made with Python 3.11, tensorflow-cpu 2.21.0, keras 3.15.1.
"""

import json
import os

import keras

# Steps of an epoch, and epochs; times of our schedules are in epochs.
STEPS, EPOCHS = 5, 8
RATE = 0.2
schedules = keras.optimizers.schedules
CASES = [
    (
        {"schedule": {"type": "step", "every": 2, "factor": 0.5}},
        schedules.ExponentialDecay(RATE, 2 * STEPS, 0.5, staircase=True),
    ),
    (
        {"schedule": {"type": "exponential", "every": 3, "factor": 0.1}},
        schedules.ExponentialDecay(RATE, 3 * STEPS, 0.1),
    ),
    ({"schedule": {"type": "cosine"}}, schedules.CosineDecay(RATE, EPOCHS * STEPS)),
    (
        {"schedule": {"type": "cosine", "over": 5, "floor": 0.1}},
        schedules.CosineDecay(RATE, 5 * STEPS, alpha=0.1),
    ),
    (
        {"schedule": {"type": "cosine"}, "warmup": {"epochs": 2}},
        schedules.CosineDecay(
            0.0, (EPOCHS - 2) * STEPS, warmup_target=RATE, warmup_steps=2 * STEPS
        ),
    ),
    (
        {"schedule": {"type": "cosine", "over": 1, "restarts": {}}},
        schedules.CosineDecayRestarts(RATE, STEPS),
    ),
    (
        {
            "schedule": {
                "type": "cosine", "over": 2, "floor": 0.05,
                "restarts": {"stretch": 1.5, "shrink": 0.8},
            }
        },
        schedules.CosineDecayRestarts(RATE, 2 * STEPS, t_mul=1.5, m_mul=0.8, alpha=0.05),
    ),
    (
        {"schedule": {"type": "cosine", "over": 3, "restarts": {"stretch": 1}}},
        schedules.CosineDecayRestarts(RATE, 3 * STEPS, t_mul=1.0),
    ),
    ({"schedule": {"type": "polynomial"}}, schedules.PolynomialDecay(RATE, EPOCHS * STEPS)),
    (
        {"schedule": {"type": "polynomial", "over": 6, "end": 0.01, "power": 2}},
        schedules.PolynomialDecay(RATE, 6 * STEPS, 0.01, 2.0),
    ),
]

LOSSES = [1.0, 0.9, 0.9, 0.895, 0.9, 0.91, 0.8, 0.85, 0.8, 0.8, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9]
PLATEAUS = [
    {"factor": 0.1, "patience": 2, "minDelta": 1e-4, "cooldown": 0, "minRate": 0},
    {"factor": 0.5, "patience": 2, "minDelta": 0.01, "cooldown": 2, "minRate": 0},
    {"factor": 0.3, "patience": 1, "minDelta": 1e-4, "cooldown": 0, "minRate": 0.03},
]


def plateau(options, monitor):
    """@returns the rate after each epoch."""
    model = keras.Sequential([keras.layers.Input((1,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(RATE), "mse")
    callback = keras.callbacks.ReduceLROnPlateau(
        monitor=monitor,
        mode="min" if monitor == "val_loss" else "max",
        factor=options["factor"],
        patience=options["patience"],
        min_delta=options["minDelta"],
        cooldown=options["cooldown"],
        min_lr=options["minRate"],
    )
    callback.set_model(model)
    callback.on_train_begin()
    rates = []
    for epoch, loss in enumerate(LOSSES):
        callback.on_epoch_end(epoch, {monitor: loss if monitor == "val_loss" else 2 - loss})
        rates.append(float(model.optimizer.learning_rate))
    return rates


result = {
    "keras": keras.__version__,
    "learningRate": RATE,
    "epochs": EPOCHS,
    "stepsPerEpoch": STEPS,
    "schedules": [
        {"options": options, "rates": [float(schedule(step)) for step in range(STEPS * EPOCHS)]}
        for options, schedule in CASES
    ],
    "losses": LOSSES,
    "plateaus": [
        {
            "options": options,
            "rates": plateau(options, "val_loss"),
            "ofAccuracy": plateau(options, "val_accuracy"),
        }
        for options in PLATEAUS
    ],
}
with open(os.path.join(os.path.dirname(__file__), "schedules.json"), "w") as file:
    json.dump(result, file)
    file.write("\n")

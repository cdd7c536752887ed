"""Makes tensorboard.json: an event file as TensorFlow writes it.

Made with Python 3.11, tensorflow-cpu 2.21.0.
"""

import base64
import json
import os
import tempfile

import tensorflow as tf
from tensorflow.core.framework.summary_pb2 import Summary
from tensorflow.core.util.event_pb2 import Event

EVENTS = [
    {"wallTimeMs": 1700000000123, "step": 1, "scalars": {"loss": 2.302585, "accuracy": 0.125}},
    {"wallTimeMs": 1700000001500, "step": 300, "scalars": {"loss": 0.1, "val_loss": 1e-9}},
    {"wallTimeMs": 1700000002000, "step": 70000, "scalars": {"accuracy": 1}},
]

with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "events")
    with tf.io.TFRecordWriter(path) as writer:
        first = Event(wall_time=EVENTS[0]["wallTimeMs"] / 1000, file_version="brain.Event:2")
        writer.write(first.SerializeToString())
        for event in EVENTS:
            values = [Summary.Value(tag=k, simple_value=v) for k, v in event["scalars"].items()]
            message = Event(
                wall_time=event["wallTimeMs"] / 1000,
                step=event["step"],
                summary=Summary(value=values),
            )
            writer.write(message.SerializeToString())
    with open(path, "rb") as file:
        data = file.read()

with open(os.path.join(os.path.dirname(__file__), "tensorboard.json"), "w") as file:
    json.dump({"events": EVENTS, "base64": base64.b64encode(data).decode()}, file, indent=1)
    file.write("\n")

"""Prints what TensorBoard reads of the event files in a folder, as JSON.

Uses the readers of the web server (plugin_event_accumulator) and of notebooks (event_accumulator).
"""

import json
import sys

from google.protobuf import json_format  # noqa: F401  (fails early where protobuf is broken)
from tensorboard.backend.event_processing import event_accumulator, plugin_event_accumulator
from tensorboard.compat.proto import graph_pb2
from tensorboard.plugins.graph import graph_util  # noqa: F401
from tensorboard.util import tensor_util

folder = sys.argv[1]
EVERYTHING = {name: 0 for name in ("scalars", "histograms", "images", "tensors", "graph")}


def notebook():
    reader = event_accumulator.EventAccumulator(folder, size_guidance=EVERYTHING)
    reader.Reload()
    tags = reader.Tags()
    images = {}
    for tag in tags["images"]:
        images[tag] = [
            {
                "step": event.step,
                "width": event.width,
                "height": event.height,
                "png": event.encoded_image_string[:8].hex(),
                "size": list(
                    int.from_bytes(event.encoded_image_string[at : at + 4], "big")
                    for at in (16, 20)
                ),
            }
            for event in reader.Images(tag)
        ]
    histograms = {}
    for tag in tags["histograms"]:
        histograms[tag] = [
            {
                "step": event.step,
                "min": event.histogram_value.min,
                "max": event.histogram_value.max,
                "num": event.histogram_value.num,
                "sum": event.histogram_value.sum,
                "limits": list(event.histogram_value.bucket_limit),
                "counts": list(event.histogram_value.bucket),
            }
            for event in reader.Histograms(tag)
        ]
    scalars = {
        tag: [[event.wall_time, event.step, event.value] for event in reader.Scalars(tag)]
        for tag in tags["scalars"]
    }
    return {"scalars": scalars, "histograms": histograms, "images": images}


def tags_of(reader, plugin):
    try:
        return sorted(reader.PluginTagToContent(plugin))
    except KeyError:  # the file has nothing for it
        return []


def server():
    reader = plugin_event_accumulator.EventAccumulator(folder, tensor_size_guidance={})
    reader.Reload()
    plugins = {
        plugin: tags_of(reader, plugin) for plugin in ("scalars", "histograms", "images", "text")
    }
    texts = {
        tag: tensor_util.make_ndarray(reader.Tensors(tag)[0].tensor_proto).item().decode()
        for tag in plugins["text"]
    }
    graph = graph_pb2.GraphDef()
    graph.CopyFrom(reader.Graph())
    nodes = [
        {
            "name": node.name,
            "op": node.op,
            "inputs": list(node.input),
            "shape": [dim.size for dim in node.attr["_output_shapes"].list.shape[0].dim],
        }
        for node in graph.node
    ]
    return {"plugins": plugins, "texts": texts, "nodes": nodes}


json.dump({"notebook": notebook(), "server": server()}, sys.stdout)

"""CenterFace in eight bits: a third of the time and half the memory, made at set-up.

The published file is fixed to 32 × 32 pixels, counts in floats and also gives points in the
face, which nothing here needs. It is opened for any size, the points are left out, and its
convolutions are quantised (Jacob et al. 2018, arXiv:1712.05877). The ranges of values between
its layers are measured once, by `python -m bench.footage.calibrate`, and lie beside this
module: set-up needs no pictures.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import onnx
from onnx import version_converter
from onnxruntime import quantization
from onnxruntime.quantization.shape_inference import quant_pre_process

from habeas.foundation import durable

ASSET = "centerface-8bit.onnx"
#: ONNX Runtime's own format of calibration: least and greatest value of each tensor.
RANGES = Path(__file__).with_name("centerface-ranges.json")
#: What is asked for: score, size, offset.
_OUTPUTS = ("537", "538", "539")
#: The first in which the weights of each channel may have a scale of their own.
_OPSET = 13


def opened(path: Path) -> onnx.ModelProto:
    """The model at *path* without its points, with its sizes left open and weights as constants.

    CenterFace's file lists its weights as inputs, which keeps the runtime from folding them:
    with that mended it takes half the time.
    """
    model = onnx.load(str(path))
    graph = model.graph
    weights = {each.name for each in graph.initializer}
    inputs = [each for each in graph.input if each.name not in weights]
    del graph.input[:]
    graph.input.extend(inputs)
    for each in graph.output:
        each.type.tensor_type.ClearField("shape")
    # The number of axes has to be known for the runtime to keep channels last, as its
    # convolutions in eight bits want them; otherwise it turns them round and back at each layer.
    pictures, _, height, width = graph.input[0].type.tensor_type.shape.dim
    pictures.dim_value, height.dim_param, width.dim_param = 1, "height", "width"
    # Leaves out, too, what is left of training, which only makes the runtime complain.
    return onnx.utils.Extractor(model).extract_model([inputs[0].name], list(_OUTPUTS))


def quantise(
    source: Path,
    target: Path,
    *,
    ranges: Path = RANGES,
    pictures: quantization.CalibrationDataReader | None = None,
) -> None:
    """Write the model at *source* to *target* in eight bits; the same bytes each time.

    Args:
        source: CenterFace as published.
        target: written, or replaced, when it is whole.
        ranges: read, or written where it is not there and *pictures* are given.
        pictures: inputs of the model, to measure the ranges on.
    """
    model = version_converter.convert_version(opened(source), _OPSET)
    for at, node in enumerate(model.graph.node):
        node.name = f"{node.op_type}_{at}"
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        plain, folded, made = (Path(folder) / name for name in ("plain", "folded", "made"))
        onnx.save(model, str(plain))
        quant_pre_process(str(plain), str(folded), skip_symbolic_shape=True)
        quantization.quantize_static(
            str(folded),
            str(made),
            pictures,
            quant_format=quantization.QuantFormat.QDQ,
            activation_type=quantization.QuantType.QUInt8,
            weight_type=quantization.QuantType.QInt8,
            per_channel=True,
            # Seven bits of weight: processors without VNNI add pairs of products in 16 bits,
            # which eight would overflow. So all of them find the same faces.
            reduce_range=True,
            nodes_to_exclude=_heads(onnx.load(str(folded)).graph),
            calibration_cache_path=str(ranges),
        )
        onnx.save(_of_bytes(onnx.load(str(made))), str(made))
        durable.move(made, target)


def _of_bytes(model: onnx.ModelProto) -> onnx.ModelProto:
    """The model with its first step taken off: pictures come as the bytes that it makes of them.

    Raises:
        ValueError: bytes are not what it makes of them.
    """
    graph = model.graph
    (entrance,) = graph.input
    (step,) = [node for node in graph.node if entrance.name in node.input]
    values = {each.name: onnx.numpy_helper.to_array(each) for each in graph.initializer}
    if step.op_type != "QuantizeLinear" or [values[each] for each in step.input[1:]] != [1, 0]:
        raise ValueError("The ranges of the model's input are not 0 to 255.")
    for node in graph.node:
        node.input[:] = [entrance.name if name == step.output[0] else name for name in node.input]
    graph.node.remove(step)
    entrance.type.tensor_type.elem_type = onnx.TensorProto.UINT8
    return model


def _heads(graph: onnx.GraphProto) -> list[str]:
    """Names of the nodes that end in an answer: scores, sizes and places stay floats."""
    makers = {output: node for node in graph.node for output in node.output}
    last = [makers[output.name] for output in graph.output]
    before = [makers[node.input[0]] for node in last if node.op_type != "Conv"]
    return [node.name for node in [*last, *before]]

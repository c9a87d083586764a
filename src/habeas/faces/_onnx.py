"""Running an ONNX model, on the processor or, where ONNX Runtime offers it, on a GPU."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray

Tensor = NDArray[np.float32]
_ERRORS_ONLY = 3


class Network:
    """An ONNX file whose one input is 1 × 3 × height × width, of any height and width.

    Args:
        path: the file.
        threads: that work on one picture together.
        gpu: use CUDA where this build of ONNX Runtime has it.
    """

    def __init__(self, path: Path, *, threads: int = 1, gpu: bool = False) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        # The plan of memory that this would keep is for sizes that never change.
        options.enable_mem_pattern = False
        options.log_severity_level = _ERRORS_ONLY
        # The encoder needs the cores while this waits.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        there = onnxruntime.get_available_providers()
        wanted = ["CUDAExecutionProvider"] if gpu else []
        providers = [each for each in [*wanted, "CPUExecutionProvider"] if each in there]
        self._session = onnxruntime.InferenceSession(_free(path), options, providers=providers)
        self._entrance = self._session.get_inputs()[0].name
        self.on_gpu = self._session.get_providers()[0] == "CUDAExecutionProvider"

    def __call__(self, tensor: Tensor) -> Sequence[Tensor]:
        """All outputs, in the order of the file."""
        outputs: Sequence[Tensor] = self._session.run(None, {self._entrance: tensor})
        return outputs


def _free(path: Path) -> bytes:
    """The model with its sizes left open, and its weights as constants.

    CenterFace's file is fixed to 32 × 32 pixels. It also lists its weights as inputs, which
    keeps the runtime from folding them: with that mended it takes half the time.
    """
    model = onnx.load(str(path))
    graph = model.graph
    weights = {each.name for each in graph.initializer}
    inputs = [each for each in graph.input if each.name not in weights]
    del graph.input[:]
    graph.input.extend(inputs)
    for each in [*graph.input, *graph.output]:
        each.type.tensor_type.ClearField("shape")
    return bytes(model.SerializeToString())


def tensor(picture: NDArray[np.uint8], order: tuple[int, int, int]) -> Tensor:
    """*picture* (3 × height × width) as floats, padded right and below to multiples of 32."""
    _, height, width = picture.shape
    padded = np.zeros((1, 3, -(-height // 32) * 32, -(-width // 32) * 32), np.float32)
    for at, channel in enumerate(order):
        padded[0, at, :height, :width] = picture[channel]
    return padded


def suppress(boxes: Tensor, scores: Tensor, limit: float) -> list[int]:
    """Non-maximum suppression: which of *boxes* (n × 4: edges) stay, surest first.

    Args:
        boxes: n × 4, left, top, right, bottom.
        scores: n.
        limit: greatest intersection over union that two boxes which stay may have.
    """
    rest = np.argsort(-scores)
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    kept = []
    while rest.size:
        first, rest = int(rest[0]), rest[1:]
        kept.append(first)
        low = np.maximum(boxes[first, :2], boxes[rest, :2])
        high = np.minimum(boxes[first, 2:], boxes[rest, 2:])
        shared = np.prod(np.maximum(high - low, 0), axis=1)
        rest = rest[shared <= limit * (areas[first] + areas[rest] - shared)]
    return kept

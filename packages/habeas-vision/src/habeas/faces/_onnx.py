"""Running an ONNX model, on the processor or, where ONNX Runtime offers it, on a GPU."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

Tensor = NDArray[np.float32]
#: What a network is shown, 1 × 3 × height × width: bytes as floats, or as they are.
Input = NDArray[np.float32] | NDArray[np.uint8]
_ERRORS_ONLY = 3
_CUDA = "CUDAExecutionProvider"
#: Pictures, and the parts of them that are looked at, have many sizes: trying all ways of
#: computing for each new one takes seconds.
_CUDA_OPTIONS = {"cudnn_conv_algo_search": "HEURISTIC"}


def cuda() -> bool:
    """Whether this build of ONNX Runtime works on a GPU."""
    return _CUDA in onnxruntime.get_available_providers()


class Network:
    """An ONNX model whose one input is 1 × 3 × height × width, of any height and width.

    Args:
        model: its file, or the bytes of one.
        threads: that work on one picture together.
        gpu: use CUDA where this build of ONNX Runtime has it.

    Attributes:
        gpu: whether it does: a build that could may find no device, or not its libraries.
    """

    def __init__(self, model: Path | bytes, *, threads: int = 1, gpu: bool = False) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        # The plan of memory that this would keep is for sizes that never change.
        options.enable_mem_pattern = False
        options.log_severity_level = _ERRORS_ONLY
        # The encoder needs the cores while this waits.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        wanted = gpu and cuda()
        if wanted:
            # CUDA's libraries come as packages of their own, where no loader looks. What it says
            # of those that it does not find stands in `gpu`.
            with contextlib.redirect_stdout(io.StringIO()):
                onnxruntime.preload_dlls()
        providers = [(_CUDA, _CUDA_OPTIONS)] * wanted + [("CPUExecutionProvider", {})]
        self._session = onnxruntime.InferenceSession(model, options, providers=providers)
        self.gpu = _CUDA in self._session.get_providers()
        entrance = self._session.get_inputs()[0]
        self._entrance = entrance.name
        self._bytes = entrance.type == "tensor(uint8)"

    def __call__(self, picture: NDArray[np.uint8], order: tuple[int, int, int]) -> Sequence[Tensor]:
        """All outputs, in the order of the file.

        Args:
            picture: 3 × height × width, 0 to 255.
            order: of its channels, as the model wants them.
        """
        shown = tensor(picture, order, np.uint8 if self._bytes else np.float32)
        outputs: Sequence[Tensor] = self._session.run(None, {self._entrance: shown})
        return outputs


def tensor(
    picture: NDArray[np.uint8],
    order: tuple[int, int, int],
    kind: type[np.uint8 | np.float32] = np.float32,
) -> Input:
    """*picture* (3 × height × width) with its channels in *order*, of numbers of that *kind*.

    It is padded right and below to multiples of 32.
    """
    _, height, width = picture.shape
    padded = np.empty((1, 3, -(-height // 32) * 32, -(-width // 32) * 32), kind)
    for at, channel in enumerate(order):
        padded[0, at, :height, :width] = picture[channel]
    padded[..., height:, :] = padded[..., width:] = 0
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

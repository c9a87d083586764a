"""Running a model file with LiteRT, one interpreter for each thread."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from habeas.faces import assets

Tensor = NDArray[np.float32]


class Model:
    """A model file by its asset name; loaded when a thread first uses it."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._local = threading.local()

    def __call__(self, tensor: Tensor) -> Sequence[Tensor]:
        """All outputs for one input, in the order of the file."""
        interpreter, entrance, exits = self._loaded()
        interpreter.set_tensor(entrance, tensor)
        interpreter.invoke()
        return [interpreter.get_tensor(each) for each in exits]

    def _loaded(self) -> tuple[Interpreter, int, list[int]]:
        if not hasattr(self._local, "loaded"):
            interpreter = Interpreter(str(assets.path(self._name)), num_threads=1)
            interpreter.allocate_tensors()
            entrance = interpreter.get_input_details()[0]["index"]
            exits = [each["index"] for each in interpreter.get_output_details()]
            self._local.loaded = (interpreter, entrance, exits)
        loaded: tuple[Interpreter, int, list[int]] = self._local.loaded
        return loaded

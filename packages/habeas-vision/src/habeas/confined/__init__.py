"""The confined worker: a process with few rights that does one stranger's file at a time.

Decoders of pictures and video are large programs in unsafe languages, fed by strangers. So
they run in a process that can open no file but those named, reach no network, start no
program and take no endless memory or time; what it answers is data, never code.

Both sides of it:

- In the worker's module, `serve` with a function that loads what is needed and returns the
  handler of jobs. A worker of many jobs gives its `Rights` to `serve` and is confined before
  it says that it is ready (`habeas.portrait._worker`)::

      def prepare() -> Handler:
          from room import heavy
          return lambda job: Answer({"size": heavy.size(job.blobs[0])})

      if __name__ == "__main__":
          serve(prepare, Rights(memory=2 * 1024**3))

- A worker whose rights follow from its job (a video: read this source, write that target)
  gives none to `serve`; its handler calls ``job.confine(Rights(..., read=[source],
  write=[target]))`` after it has loaded what it needs and before it touches the source, and
  ``job.progress(value)`` now and then, value being any JSON. Files to be written must exist
  by then: the caller, or the handler before it confines itself, creates them empty. Landlock
  binds the calling thread and the threads that it starts afterwards, so confine first, and
  start threads (decoders, sessions of ONNX Runtime) then. Such a worker does one job.

- In the process that asks, ``WorkerProcess("room._worker")`` and its `run`, which raises
  `WorkerDiedError`, `WorkerStalledError`, or `JobError` with the code, cause and remedy of
  the `HabeasError` that the handler raised; `close` ends the worker at any time::

      with WorkerProcess("room._worker", environment={"MALLOC_ARENA_MAX": "1"}) as worker:
          answer = worker.run({"kind": "cover", ...}, stall=60.0, progress=tell)
"""

from habeas.confined.errors import (
    JobError,
    WorkerDiedError,
    WorkerError,
    WorkerStalledError,
)
from habeas.confined.messages import Answer, Json
from habeas.confined.process import WorkerProcess
from habeas.confined.rights import Confinement, Rights, confine
from habeas.confined.worker import Handler, Job, serve

__all__ = [
    "Answer",
    "Confinement",
    "Handler",
    "Job",
    "JobError",
    "Json",
    "Rights",
    "WorkerDiedError",
    "WorkerError",
    "WorkerProcess",
    "WorkerStalledError",
    "confine",
    "serve",
]

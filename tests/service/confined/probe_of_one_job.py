"""A worker whose rights come with its job, as of a video: it reads one file and writes another."""

from pathlib import Path

from habeas.confined import Answer, Rights, serve
from tests.service.confined.probe import MEMORY, tried


def handle(job):
    source, target = Path(job.value["source"]), Path(job.value["target"])
    if job.value["confine"]:
        job.confine(Rights(memory=MEMORY, file_size=1000, read=[source], write=[target]))
    target.write_bytes(source.read_bytes() * job.value["times"])
    return Answer(tried(job.value) | {"written": target.read_bytes().decode()[:20]})


if __name__ == "__main__":
    serve(lambda: handle)

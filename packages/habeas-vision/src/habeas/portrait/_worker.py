"""The worker that decodes strangers' photos; see `habeas.confined`."""

from __future__ import annotations

from habeas.confined import Answer, Handler, Job, Rights, serve

#: Nothing is opened once the models are loaded.
RIGHTS = Rights(memory=2 * 1024**3, file_size=0, open_files=16)


def prepare() -> Handler:
    """Load every library and model, and give the handler of photos."""
    from PIL import Image  # noqa: PLC0415 - what libraries print goes astray by now

    from habeas import faces  # noqa: PLC0415
    from habeas.faces import assets  # noqa: PLC0415
    from habeas.portrait import _assess, _wire  # noqa: PLC0415

    # Libraries and models load what they need when they first need it: too late once confined.
    Image.init()
    faces.load()
    _assess.assess(assets.path("astronaut.png").read_bytes())

    def check(job: Job) -> Answer:
        return _wire.pack(_assess.assess(job.blobs[0], **job.value))

    return check


if __name__ == "__main__":
    serve(prepare, RIGHTS)

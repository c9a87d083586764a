"""`python -m bench.footage.transcode IN OUT OPTIONS`: decode, encode, no more: the limit."""

import json
import sys

import av


def main(source: str, target: str, options: str) -> None:
    """Transcode; *options* are x264's, as JSON."""
    with av.open(source) as video, av.open(target, "w") as out:
        stream = video.streams.video[0]
        stream.thread_type = "AUTO"
        written = out.add_stream("libx264", rate=stream.average_rate, options=json.loads(options))
        written.width, written.height = stream.width, stream.height
        written.pix_fmt = "yuv420p"
        if stream.time_base is not None:
            written.codec_context.time_base = written.time_base = stream.time_base
        for frame in video.decode(stream):
            frame.pict_type = 0
            out.mux(written.encode(frame))
        out.mux(written.encode(None))


if __name__ == "__main__":
    main(*sys.argv[1:])

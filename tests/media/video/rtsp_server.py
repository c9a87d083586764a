"""A camera for tests: GStreamer's RTSP server plays a film. Run by Debian's own Python.

rtsp_server.py FILM PORT: serves rtsp://127.0.0.1:PORT/camera until it is ended.
"""

import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402

film, port = sys.argv[1:]
Gst.init(None)
server = GstRtspServer.RTSPServer()
server.set_address("127.0.0.1")
server.set_service(port)
factory = GstRtspServer.RTSPMediaFactory()
source = f"filesrc location={film} ! qtdemux ! h264parse"
factory.set_launch(f"( {source} ! rtph264pay config-interval=1 name=pay0 pt=96 )")
server.get_mount_points().add_factory("/camera", factory)
server.attach(None)
sys.stdout.write("ready\n")
sys.stdout.flush()
GLib.MainLoop().run()

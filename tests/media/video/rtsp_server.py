"""A camera for tests: GStreamer's RTSP server plays a film. Run by Debian's own Python.

rtsp_server.py FILM PORT [udp] [no-rtcp] [loss=SHARE] [user=NAME:PASSWORD]: serves
rtsp://127.0.0.1:PORT/camera until it is ended. With `udp` it speaks nothing else; with `loss`
that share of its packets never leaves; with `no-rtcp` nothing says what its clock means (RFC 3550
section 6.4.1); with `user` it asks for a digest sign-in (RFC 7616).
"""

import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402

film, port, *how = sys.argv[1:]
said = dict(each.split("=", 1) for each in how if "=" in each)
Gst.init(None)
server = GstRtspServer.RTSPServer()
server.set_address("127.0.0.1")
server.set_service(port)
factory = GstRtspServer.RTSPMediaFactory()
source = f"filesrc location={film} ! qtdemux ! h264parse"
pays = "rtph264pay config-interval=1 pt=96"
if "loss" in said:
    # The last element is the one that the server takes packets from.
    pays += f" ! identity drop-probability={said['loss']}"
factory.set_launch(f"( {source} ! {pays} name=pay0 )")
if "udp" in how:
    factory.set_protocols(GstRtsp.RTSPLowerTrans.UDP)
factory.set_enable_rtcp("no-rtcp" not in how)
if "user" in said:
    name, password = said["user"].split(":")
    signing_in = GstRtspServer.RTSPAuth()
    signing_in.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "viewer")
    signing_in.add_digest(name, password, token)
    server.set_auth(signing_in)
    rights = GstRtspServer.RTSPPermissions()
    rights.add_permission_for_role("viewer", "media.factory.access", True)
    rights.add_permission_for_role("viewer", "media.factory.construct", True)
    factory.set_permissions(rights)
server.get_mount_points().add_factory("/camera", factory)
server.attach(None)
sys.stdout.write("ready\n")
sys.stdout.flush()
GLib.MainLoop().run()

"""Our clients over TLS: a real handshake, under an authority of one's own."""

import http.server
import ssl
import threading

from habeas.foundation.authorities import authorities
from habeas.tlog.client import LogClient
from tests.ops.authority import Authority


class _Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(b"hello")

    def log_message(self, *_):
        """Nobody reads it."""


def test_a_log_is_read_over_tls(tmp_path, monkeypatch):
    authority = Authority(tmp_path)
    certificate, key = authority.certify(tmp_path, "127.0.0.1")
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    authorities.cache_clear()
    server = http.server.HTTPServer(("127.0.0.1", 0), _Answer)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        with LogClient(f"https://127.0.0.1:{server.server_port}") as log:
            assert log.checkpoint() == "hello"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        authorities.cache_clear()

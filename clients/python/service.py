"""What the tests share. `npm test -- clients/python` starts a service, with a worker and the simulator, and runs them.

The service's address is AUTODEPLOY_URL; keys and the simulator's address are in TEST_… variables.
"""

from __future__ import annotations

import json
import os
import ssl
import threading
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Callable, Dict, Iterator, Optional
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from autodeploy import Client, Run

URL = os.environ["AUTODEPLOY_URL"]
SIMULATOR = os.environ["TEST_SIMULATOR_URL"]
OPERATE, APPROVE = os.environ["TEST_OPERATE_KEY"], os.environ["TEST_APPROVE_KEY"]
TLS = os.environ["TEST_TLS_FOLDER"]


def control(path: str, body: Dict[str, Any]) -> Any:
    request = Request(f"{SIMULATOR}/_control/{path}", data=json.dumps(body).encode(), method="POST")
    with urlopen(request, timeout=10) as response:
        return json.load(response)


def complete(name: str, accuracy: float = 0.9) -> None:
    control(f"training-jobs/{name}/complete", {"metrics": {"validation:accuracy": accuracy}})


def go_live(client: Client, name: str, endpoint: str, accuracy: float = 0.9) -> Run:
    run = client.start(name, endpoint_name=endpoint)
    complete(name, accuracy)
    return run.wait(timeout="1m")


Hook = Callable[[BaseHTTPRequestHandler], Optional[str]]


@contextmanager
def serving(handle: Callable[[BaseHTTPRequestHandler], None], tls: bool = False) -> Iterator[str]:
    """A server whose requests `handle` responds to; its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            handle(self)

        do_POST = do_DELETE = do_GET

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(os.path.join(TLS, "redis.pem"), os.path.join(TLS, "redis-key.pem"))
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http{'s' if tls else ''}://{'localhost' if tls else '127.0.0.1'}:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def respond(handler: BaseHTTPRequestHandler, status: int, body: bytes = b"{}", **headers: str) -> None:
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


@contextmanager
def between(hook: Hook) -> Iterator[str]:
    """A proxy before the service. The hook returns "lose" to drop the response after its effect, "503" to replace it, or "404"."""

    def handle(handler: BaseHTTPRequestHandler) -> None:
        what = hook(handler)
        if what == "404":
            return respond(handler, 404, b'{"code": "not_found", "detail": "no such route"}')
        upstream = HTTPConnection(urlsplit(URL).netloc, timeout=30)
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        headers = {name: value for name, value in handler.headers.items() if name.lower() not in ("host", "connection")}
        upstream.request(handler.command, handler.path, body or None, headers)
        response = upstream.getresponse()
        content = response.read()
        upstream.close()
        if what == "503":
            return respond(handler, 503, b'{"code": "database_unavailable", "detail": "half-way"}', Retry_After="0")
        if what == "lose":
            handler.close_connection = True
            handler.connection.close()
            return None
        return respond(handler, response.status, content, Content_Type=response.headers["Content-Type"])

    with serving(handle) as url:
        yield url

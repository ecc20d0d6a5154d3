"""An issuer of tokens on loopback, as wrong as a test wants it."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import get_default_algorithms

AUDIENCE = "https://lookalike.example/api"
MAKERS = {
    "RS": lambda: rsa.generate_private_key(65_537, 2048),
    "PS": lambda: rsa.generate_private_key(65_537, 2048),
    "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "ES384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "Ed": lambda: ed25519.Ed25519PrivateKey.generate(),
}


class OwnIssuer(ThreadingHTTPServer):
    """
    Publishes metadata and keys.

    Attributes:
        documents: What is answered, by path: bytes, or a status.
        hangs: Answers nothing while it is set.
        asked: Paths of all requests.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.private: dict[str, tuple[Any, str]] = {}
        self.jwks: list[dict[str, Any]] = []
        self.documents: dict[str, bytes | int] = {}
        self.hangs = threading.Event()
        self.asked: list[str] = []
        self.publish_metadata()

    def publish_metadata(self, place: str = "/.well-known/openid-configuration", **changes: Any) -> None:
        metadata = {"issuer": self.url, "jwks_uri": f"{self.url}/jwks", **changes}
        self.documents[place] = json.dumps(metadata).encode()

    def add(self, kid: str, algorithm: str, **changes: Any) -> None:
        """A new key, published beside the others."""
        private = next(make for start, make in MAKERS.items() if algorithm.startswith(start))()
        self.private[kid] = (private, algorithm)
        jwk = get_default_algorithms()[algorithm].to_jwk(private.public_key(), as_dict=True)
        self.publish({**jwk, "kid": kid, "use": "sig", **changes})

    def publish(self, *jwks: dict[str, Any]) -> None:
        self.jwks += jwks
        self.documents["/jwks"] = json.dumps({"keys": self.jwks}).encode()

    def withdraw(self, kid: str) -> None:
        self.jwks = [jwk for jwk in self.jwks if jwk["kid"] != kid]
        self.publish()

    def token(self, kid: str, header: dict[str, Any] | None = None, **claims: Any) -> str:
        """A token signed with that key; None takes a claim or a header away."""
        private, algorithm = self.private[kid]
        now = int(time.time())
        whole = {
            "iss": self.url,
            "aud": AUDIENCE,
            "sub": "a",
            "customer_id": "c",
            "iat": now,
            "exp": now + 60,
            **claims,
        }
        headers = {"typ": "at+jwt", "kid": kid, **(header or {})}
        told = {name: value for name, value in whole.items() if value is not None}
        return jwt.encode(
            told, private, algorithm=algorithm, headers={k: v for k, v in headers.items() if v is not None}
        )


class _Answering(BaseHTTPRequestHandler):
    server: OwnIssuer

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        while self.server.hangs.is_set():
            time.sleep(0.02)
        told = self.server.documents.get(self.path, 404)
        status, body = (told, b"") if isinstance(told, int) else (200, told)
        try:
            self.send_response(status)
            self.send_header("Location", "/jwks")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            pass  # who asked has gone

    def log_message(self, *args: Any) -> None:
        pass


@contextmanager
def issuing() -> Iterator[OwnIssuer]:
    """An issuer that runs."""
    with OwnIssuer() as issuer:
        thread = threading.Thread(target=issuer.serve_forever, args=[0.02])
        thread.start()
        try:
            yield issuer
        finally:
            issuer.hangs.clear()
            issuer.shutdown()
            thread.join()

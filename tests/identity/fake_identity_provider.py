"""An identity provider on loopback that does everything right, and everything wrong on demand."""

from __future__ import annotations

import gzip
import hashlib
import hmac
import json
import secrets
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from time import sleep
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jws
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from identity.identity_support import Clock

SigningKey = RSAKey | ECKey | OKPKey
CLIENT_ID = "counterfoil-test"
CLIENT_SECRET = "the client's secret: with a colon & more"


class AnyAlgorithm(JWSRegistry):
    """Signs with whatever a test asks for."""

    def get_alg(self, name: str) -> Any:
        return self.algorithms[name]


@cache
def rsa_key(key_id: str) -> RSAKey:
    """One key a name for all tests: finding the primes takes a while."""
    return RSAKey.generate_key(2048, {"kid": key_id, "use": "sig"})


@dataclass
class FakeIdentityProvider:
    """claims_of, header_of, key: what the next tokens are made of. asked: paths in order. drips: a byte every
    few milliseconds instead of an answer, until whoever asked is gone. packed: answers are compressed.
    """

    clock: Clock
    issuer: str = ""
    key: SigningKey = field(default_factory=lambda: rsa_key("one"))
    algorithm: str = "RS256"
    published: list[SigningKey] = field(default_factory=list)
    change_claims: Callable[[dict[str, Any]], None] = lambda claims: None
    change_header: Callable[[dict[str, Any]], None] = lambda header: None
    change_token: Callable[[str], str] = lambda token: token
    described: dict[str, Any] = field(default_factory=dict)
    answers: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    drips: bool = False
    packed: bool = False
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.published.append(self.key)

    def authorize(self, url: str, *, subject: str = "sub-1") -> dict[str, str]:
        """What the browser comes back with after the user agreed at `url`."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert url.startswith(f"{self.issuer}/authorize?")
        assert (query["response_type"], query["client_id"], query["code_challenge_method"]) == (
            "code",
            CLIENT_ID,
            "S256",
        )
        code = secrets.token_urlsafe(16)
        self._codes[code] = {**query, "subject": subject}
        return {"code": code, "state": query["state"], "iss": self.issuer}

    def token_for(self, code: str) -> str:
        """An ID token as the provider signs it."""
        asked = self._codes[code]
        now = int(self.clock().timestamp())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "sub": asked["subject"],
            "nonce": asked["nonce"],
            "iat": now,
            "exp": now + 300,
            "name": "Erika Muster",
        }
        self.change_claims(claims)
        header = {"alg": self.algorithm, "kid": self.key.kid}
        self.change_header(header)
        return self.change_token(
            jws.serialize_compact(
                header,
                json.dumps(claims),
                self.key,
                algorithms=[self.algorithm],
                registry=AnyAlgorithm(strict_check_header=False),
            )
        )

    def answer(self, path: str, form: dict[str, str], authorization: str) -> tuple[int, bytes]:
        self.asked.append(path)
        if path in self.answers:
            return self.answers[path]
        match path:
            case "/.well-known/openid-configuration":
                return 200, json.dumps(
                    {
                        "issuer": self.issuer,
                        "authorization_endpoint": f"{self.issuer}/authorize",
                        "token_endpoint": f"{self.issuer}/token",
                        "jwks_uri": f"{self.issuer}/keys",
                        **self.described,
                    }
                ).encode()
            case "/keys":
                keys = [key.as_dict(private=False) for key in self.published]
                return 200, json.dumps({"keys": keys}).encode()
            case "/token":
                return self._redeem(form, authorization)
            case _:
                return 404, b"{}"

    def _redeem(self, form: dict[str, str], authorization: str) -> tuple[int, bytes]:
        asked = self._codes.get(form.get("code", ""))
        verifier = form.get("code_verifier", "")
        challenge = urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        stated = b64decode(authorization.removeprefix("Basic ")).decode()
        if (
            asked is None
            or form["grant_type"] != "authorization_code"
            or form["redirect_uri"] != asked["redirect_uri"]
            or challenge != asked["code_challenge"]
            or parse_qs(f"a={stated.split(':', 1)[0]}&b={stated.split(':', 1)[1]}")
            != {"a": [CLIENT_ID], "b": [CLIENT_SECRET]}
        ):
            return 400, b'{"error": "invalid_grant"}'
        answered = {"access_token": "x", "token_type": "Bearer", "id_token": self.token_for(form["code"])}
        # A code is good once.
        del self._codes[form["code"]]
        return 200, json.dumps(answered).encode()

    def confuse_key(self) -> None:
        """Sign with the public key as if it were a shared secret."""
        public = self.key.as_pem(private=False)

        def coded(content: bytes) -> str:
            return urlsafe_b64encode(content).rstrip(b"=").decode()

        def resign(token: str) -> str:
            header = coded(json.dumps({"alg": "HS256", "kid": self.key.kid}).encode())
            signed = f"{header}.{token.split('.')[1]}"
            return f"{signed}.{coded(hmac.digest(public, signed.encode(), 'sha256'))}"

        self.change_token = resign


@contextmanager
def serve_provider(clock: Clock) -> Iterator[FakeIdentityProvider]:
    """The provider, listening."""
    provider = FakeIdentityProvider(clock)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._give({}, "")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            self._give(form, self.headers.get("Authorization", ""))

        def _give(self, form: dict[str, str], authorization: str) -> None:
            status, content = provider.answer(urlsplit(self.path).path, form, authorization)
            if provider.packed:
                content = gzip.compress(content)
            self.send_response(status)
            if provider.packed:
                self.send_header("Content-Encoding", "gzip")
            if provider.drips:
                self.end_headers()
                with suppress(OSError):
                    while True:
                        self.wfile.write(b" ")
                        sleep(0.01)
                return
            if status in (301, 302, 307):
                self.send_header("Location", content.decode())
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_arguments: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.issuer = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

"""Requests to the service: keys for repeating, repeats where no answer came, problems as exceptions."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import httpx

_PROBLEM = "application/problem+json"
_PASSING = frozenset({429, 502, 503, 504})
_LONGEST_PAUSE_S = 30.0
_WAIT_MARGIN_S = 10.0

QueryValue = str | int | bool | None
Query = Mapping[str, QueryValue | Sequence[QueryValue]]
"""A list repeats its parameter; None leaves it out."""
FormFile = tuple[str, tuple[str, bytes, str]]
"""The field's name, then the file's name, its bytes and its media type."""


class ProblemError(Exception):
    """The service refused. `code` is the one of the error table, `errors` name the fields that are wrong."""

    def __init__(self, *, http_code: int, problem: Mapping[str, Any]) -> None:
        self.http_code = http_code
        self.code = str(problem.get("code", ""))
        self.detail = str(problem.get("detail", problem.get("title", "")))
        self.remedy = str(problem.get("remedy", ""))
        self.errors: list[dict[str, Any]] = list(problem.get("errors") or [])
        self.correlation_id = str(problem.get("correlation_id", ""))
        fields = "; ".join(f"{each.get('field', '')}: {each.get('reason', '')}" for each in self.errors)
        super().__init__(f"{self.code or http_code}: {self.detail}" + (f" ({fields})" if fields else ""))


class NoAnswerError(Exception):
    """No usable answer came, after every repeat. Whether a write was accepted is not known: repeat it later
    with the same idempotency key, which gives the first answer and no second effect.
    """

    def __init__(self, reason: str, *, idempotency_key: str | None) -> None:
        self.idempotency_key = idempotency_key
        key = f"; idempotency key {idempotency_key}" if idempotency_key else ""
        super().__init__(f"no answer from the service: {reason}{key}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer. body: parsed JSON, text or bytes by its media type, None where there is none."""

    http_code: int
    body: Any
    headers: Mapping[str, str]

    @property
    def etag(self) -> str | None:
        """The version of what was shown, for If-None-Match."""
        return self.headers.get("etag")

    @property
    def replayed(self) -> bool:
        """Whether this is the first answer to the same idempotency key again."""
        return self.headers.get("idempotent-replay", "").lower() == "true"


@dataclass(slots=True)
class Transport:
    """A connection to one service. Threads may share it.

    base_url: without /v1. token: of a session or an API token. timeout_s: for one attempt. attempts: how
    often a request is made at most where no answer comes or the service is busy; a write carries one
    idempotency key through all of them, so that it is carried out once.
    """

    base_url: str
    token: str | None = field(default=None, repr=False)
    timeout_s: float = 30.0
    attempts: int = 4
    http: httpx.Client | None = field(default=None, repr=False)
    pause: Callable[[float], None] = field(default=time.sleep, repr=False)

    def __post_init__(self) -> None:
        if self.attempts < 1:
            raise ValueError("attempts must be at least 1")
        self.base_url = self.base_url.rstrip("/")
        if self.http is None:
            # Redirects are not followed: a token goes to the service that it was given for.
            self.http = httpx.Client(timeout=self.timeout_s, follow_redirects=False)

    def close(self) -> None:
        """Give the connections back."""
        self._client().close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Query | None = None,
        body: object = None,
        content: bytes | None = None,
        media_type: str | None = None,
        files: Sequence[FormFile] | None = None,
        headers: Mapping[str, str] | None = None,
        idempotency_key: str | None = None,
        wait_s: int | None = None,
    ) -> Answer:
        """One request with its repeats. Raises ProblemError and NoAnswerError.

        body: sent as JSON; content: sent as it is, as `media_type`. idempotency_key: None makes a fresh one
        for a write. wait_s: let the service answer when the command is finished, or after so many seconds.
        """
        sent = {"Accept": "application/json", **(headers or {})}
        if self.token is not None:
            sent["Authorization"] = f"Bearer {self.token}"
        if method != "GET":
            idempotency_key = idempotency_key or secrets.token_urlsafe(24)
            sent["Idempotency-Key"] = idempotency_key
        if wait_s is not None:
            sent["Prefer"] = f"wait={wait_s}"
        if body is not None:
            content, media_type = json.dumps(body, ensure_ascii=False).encode(), "application/json"
        if media_type is not None:
            sent["Content-Type"] = media_type
        request = self._client().build_request(
            method,
            self.base_url + path,
            params=_parameters(query or {}),
            content=content,
            files=files,
            headers=sent,
            timeout=self.timeout_s + (0 if wait_s is None else wait_s + _WAIT_MARGIN_S),
        )
        return self._attempts(request, idempotency_key)

    def pages(self, path: str, *, query: Query | None = None) -> Iterator[Any]:
        """Every item of a list, over all its pages."""
        asked: dict[str, QueryValue | Sequence[QueryValue]] = dict(query or {})
        while True:
            page = self.request("GET", path, query=asked).body
            yield from page["items"]
            if page["next_cursor"] is None:
                return
            asked["cursor"] = page["next_cursor"]

    def _client(self) -> httpx.Client:
        if self.http is None:
            raise RuntimeError("the client was not set up")
        return self.http

    def _attempts(self, request: httpx.Request, idempotency_key: str | None) -> Answer:
        pause_s, reason = 0.2, ""
        for attempt in range(1, self.attempts + 1):
            try:
                response = self._client().send(request)
            except httpx.TransportError as silent:
                reason = type(silent).__name__
            else:
                if response.status_code not in _PASSING:
                    return _answer(response)
                if attempt == self.attempts:
                    return _answer(response)
                reason = f"HTTP {response.status_code}"
                pause_s = max(pause_s, _asked_pause_s(response))
            if attempt < self.attempts:
                self.pause(min(pause_s, _LONGEST_PAUSE_S))
                pause_s *= 2
        raise NoAnswerError(reason, idempotency_key=idempotency_key)


def segment(value: object) -> str:
    """A value as one segment of a path, whatever characters it has."""
    return quote(str(value), safe="")


def _parameters(query: Query) -> list[tuple[str, QueryValue | float]]:
    found: list[tuple[str, QueryValue | float]] = []
    for name, stated in query.items():
        values = [stated] if stated is None or isinstance(stated, (str, int)) else stated
        for value in values:
            if value is not None:
                found.append((name, str(value).lower() if isinstance(value, bool) else str(value)))
    return found


def _asked_pause_s(response: httpx.Response) -> float:
    try:
        return float(response.headers.get("retry-after", "0"))
    except ValueError:
        return 0.0


def _answer(response: httpx.Response) -> Answer:
    media_type = response.headers.get("content-type", "").partition(";")[0].strip()
    # A redirect is not followed: the token would go along.
    if response.is_error or response.has_redirect_location:
        raise ProblemError(http_code=response.status_code, problem=_problem(response, media_type))
    parsed: Any
    if not response.content:
        parsed = None
    elif media_type == "application/json":
        parsed = response.json()
    elif media_type.startswith("text/"):
        parsed = response.text
    else:
        parsed = response.content
    return Answer(http_code=response.status_code, body=parsed, headers=dict(response.headers))


def _problem(response: httpx.Response, media_type: str) -> Mapping[str, Any]:
    if media_type in (_PROBLEM, "application/json"):
        try:
            found = response.json()
        except ValueError:
            found = None
        if isinstance(found, dict):
            return found
    # Something between us and the service answered.
    return {"detail": f"HTTP {response.status_code} {response.reason_phrase}"}

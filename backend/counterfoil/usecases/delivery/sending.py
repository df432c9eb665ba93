"""One attempt to hand a message over."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import httpx

from counterfoil.domain.errors import DomainError
from counterfoil.ports.webhooks import DeliveryRecord
from counterfoil.usecases.delivery.signing import headers_of
from counterfoil.usecases.delivery.targets import Resolve, find_target, resolve

TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How an attempt ended. code: HTTP status of the answer; failure: why it does not count."""

    delivered: bool
    code: int | None = None
    failure: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Sends over HTTP. allow_private: http and addresses that are not public, for pilots and tests.

    timeout_s: for everything together, from the look at the name to the answer's headers. What the answer
    says is not read: only its status counts.
    """

    allow_private: bool = False
    resolving: Resolve = resolve
    timeout_s: float = TIMEOUT_S
    now: Callable[[], datetime]

    async def send(
        self, client: httpx.AsyncClient, delivery: DeliveryRecord, *, url: str, secret: str
    ) -> Outcome:
        """One attempt; it raises nothing that the network or the receiver can bring about."""
        try:
            async with asyncio.timeout(self.timeout_s):
                return await self._attempt(client, delivery, url, secret)
        except TimeoutError:
            return Outcome(delivered=False, failure=f"no answer within {self.timeout_s:g} seconds")
        except DomainError as refused:
            return Outcome(delivered=False, failure=refused.message)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as failed:
            # The kind only: the text may have what the other side said.
            return Outcome(delivered=False, failure=f"the connection failed: {type(failed).__name__}")

    async def _attempt(
        self, client: httpx.AsyncClient, delivery: DeliveryRecord, url: str, secret: str
    ) -> Outcome:
        target = await asyncio.to_thread(
            find_target, url, allow_private=self.allow_private, resolving=self.resolving
        )
        body = delivery.body_json.encode()
        headers = headers_of(secret, message_id=delivery.delivery_id, at=self.now(), body=body)
        request = client.build_request(
            "POST",
            target.url,
            content=body,
            headers={**headers, "host": target.host_header},
            # The certificate is checked against the name, though the connection goes to its address.
            extensions={"sni_hostname": target.host, "timeout": httpx.Timeout(self.timeout_s).as_dict()},
        )
        answer = await client.send(request, stream=True, follow_redirects=False)
        await answer.aclose()
        if answer.is_success:
            return Outcome(delivered=True, code=answer.status_code)
        redirect = " (redirects are not followed)" if answer.is_redirect else ""
        return Outcome(
            delivered=False,
            code=answer.status_code,
            failure=f"the receiver answered {answer.status_code}{redirect}",
        )


def new_client() -> httpx.AsyncClient:
    """A client without proxies, cookies kept or connections shared between receivers."""
    return httpx.AsyncClient(
        trust_env=False, limits=httpx.Limits(max_keepalive_connections=0, max_connections=None)
    )

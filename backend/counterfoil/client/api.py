"""The client: one method an operation. Written by scripts/build_client; do not edit."""

from __future__ import annotations

from counterfoil.client.transport import Transport


class Client(Transport):
    """Every operation. A write takes an idempotency key: repeat it to repeat the write."""

    __slots__ = ()

"""Named places before and after each durable step, where tests stop the process."""

from __future__ import annotations

from collections.abc import Callable

At = Callable[[str], None]
"""Called with the name of the place that is reached."""

BEFORE_PREPARE = "prepare.before"
PREPARED = "prepare.before_store"
PREPARE_STORED = "prepare.stored"
TRIED_OUT = "relay.tried_out"
BATCH_SIGNED = "relay.signed"
BATCH_STORED = "relay.stored"
BROADCAST_DONE = "relay.broadcast"
BROADCAST_STORED = "relay.broadcast_stored"
RECEIPT_READ = "relay.receipt_read"
RECEIPT_STORED = "relay.receipt_stored"
BEFORE_SETTLE = "settle.before_store"
SETTLED = "settle.stored"
BEFORE_VOID = "void.before_store"
VOIDED = "void.stored"
BEFORE_EXPIRE = "expire.before_store"
EXPIRED = "expire.stored"
BEFORE_RECOVERY = "recover.before"
RECOVERED = "recover.after"

OF_SENDER = (
    BEFORE_RECOVERY,
    RECOVERED,
    BEFORE_PREPARE,
    PREPARED,
    PREPARE_STORED,
    TRIED_OUT,
    BATCH_SIGNED,
    BATCH_STORED,
    BROADCAST_DONE,
    BROADCAST_STORED,
    RECEIPT_READ,
    RECEIPT_STORED,
    BEFORE_SETTLE,
    SETTLED,
    BEFORE_VOID,
    VOIDED,
    BEFORE_EXPIRE,
    EXPIRED,
)
"""All of them, in the order in which a command meets them."""


def no_fault(_point: str) -> None:
    """What production does at each of them: nothing."""

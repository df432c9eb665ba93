"""Why the embedded chain says no to a request, with the JSON-RPC error codes that public nodes use."""

from __future__ import annotations

from typing import ClassVar


class RequestRefusedError(Exception):
    """Root of the refusals. code: the JSON-RPC error code. output: revert bytes, where there are any."""

    code: ClassVar[int] = -32000
    output: bytes | None = None


class TransactionRefusedError(RequestRefusedError):
    """The chain does not take this transaction; the text says why, in the words that public nodes use."""


class HeaderMissingError(RequestRefusedError):
    """The block that a request names does not exist."""


class ExecutionFailedError(RequestRefusedError):
    """A call stopped with an error other than a revert."""


class ExecutionRevertedError(RequestRefusedError):
    """A contract reverted; `output` holds the bytes that it gave as reason, perhaps none."""

    code = 3

    def __init__(self, message: str, output: bytes) -> None:
        self.output = output
        super().__init__(message)


class BadParameterError(RequestRefusedError):
    """A request parameter that the method cannot use."""

    code = -32602


class UnknownMethodError(RequestRefusedError):
    """A method that this chain does not have."""

    code = -32601

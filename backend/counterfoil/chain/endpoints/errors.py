"""How a network's endpoints fail, one row each."""

from __future__ import annotations

from counterfoil.domain.errors import CounterfoilError, declare
from counterfoil.ports.engine import ChainError, ChainErrorKind

CHAIN_IS_EMBEDDED = declare(
    "ChainIsEmbedded",
    "This ledger runs on the embedded chain, which has no endpoints.",
    "Name a network with --chain or COUNTERFOIL_CHAIN.",
)
NETWORK_FILE_INVALID = declare(
    "NetworkFileInvalid",
    "The file {path} does not describe a network: {field}: {reason}.",
    "Correct the named field, or write the file anew with scripts/network.",
)
ENDPOINT_ADDRESS_INVALID = declare(
    "EndpointAddressInvalid",
    "The chain's address number {place} cannot be used: {reason}.",
    "Give addresses that begin with http:// or https://, with commas between them, or the path of a"
    " network.json.",
)
ENDPOINTS_DISAGREE = declare(
    "EndpointsDisagree",
    "The endpoints have different blocks at height {block_number}, and no majority says who is right:"
    " {answers}.",
    "Nothing is read or sent until they agree: ask the members who run them; one of them lies or is broken.",
)
ENDPOINTS_TOO_FEW = declare(
    "EndpointsTooFew",
    "{usable} of {endpoints} endpoints can be used, but {needed} must agree on {what}: {reasons}.",
    "Bring the named endpoints back, or give the addresses of more; nothing is lost meanwhile.",
)
NO_ENDPOINT = declare(
    "NoEndpoint",
    "None of {endpoints} endpoints can be used: {reasons}.",
    "Bring one of the named endpoints back; nothing is lost meanwhile.",
)
ENDPOINTS_BEHIND = declare(
    "EndpointsBehind",
    "Block {shown} was shown already, but the endpoints that answer now end before it: {reasons}.",
    "They catch up by themselves, or the endpoint that had the block comes back; older answers are not"
    " given out as the newest.",
)
ANSWER_UNPROVEN = declare(
    "AnswerUnproven",
    "The answers of all usable endpoints about {what} failed their check: {reasons}.",
    "Ask the members who run the named endpoints; what was checked is in the log.",
)
CLOCK_STUCK = declare(
    "ClockStuck",
    "The network's clock was moved to {time_s}, but no block of that time came within {waited_s} s.",
    "Look whether the network makes blocks, and whether its validators read the clock's file.",
)


class NetworkFileError(CounterfoilError):
    """The settings name no network that can be used."""


def unusable(code: str, /, **facts: object) -> ChainError:
    """No answer now; the same may be asked again."""
    return ChainError(ChainErrorKind.UNAVAILABLE, code, **facts)

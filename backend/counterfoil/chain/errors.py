"""The chain's rows of the error table, and short ways to raise them.

The classes stand in `counterfoil.ports.engine`, because use cases catch them without knowing any engine.
"""

from __future__ import annotations

from counterfoil.domain.errors import CounterfoilError, declare
from counterfoil.ports.engine import ChainError, ChainErrorKind

CHAIN_REJECTED = declare(
    "ChainRejected",
    "The chain did not take the transaction: {reason}.",
    "Nothing was changed; correct the named cause and send again.",
)
CHAIN_REVERTED = declare(
    "ChainReverted",
    "The transaction {tx_hash} is in a block but failed there: {reason}.",
    "Nothing was changed; check the state that it relied on and send again.",
)
CHAIN_UNAVAILABLE = declare(
    "ChainUnavailable",
    "The chain gave no usable answer: {reason}.",
    "Check that the chain is running and reachable; a transaction already sent may still take effect.",
)
CHAIN_LOGS_INCOMPLETE = declare(
    "ChainLogsIncomplete",
    "The chain returned {found} logs for block {block_number}, but its receipts hold {expected}.",
    "Read the block again; if it stays so, use another node and report this one.",
)
CHAIN_MISMATCH = declare(
    "ChainMismatch",
    "This is another chain: {field} is {actual}, expected {expected}.",
    "Connect to the chain that the deployment was made on, or name the deployment of this chain.",
)
CALL_REVERTED = declare(
    "CallReverted",
    "The contract {contract} refused {function} without an error that we know: {reason}.",
    "Check the arguments and the state that the call relies on.",
)
CONTRACT_TEXT = declare(
    "ContractText",
    "The contract refused: {text}.",
    "Check the arguments and the state that the call relies on.",
)
CONTRACT_PANIC = declare(
    "ContractPanic",
    "The contract stopped at an internal check ({reason}, panic code {panic_code}).",
    "This is a defect of the contract or an argument outside its range; report it with the transaction.",
)
UNKNOWN_CONTRACT = declare(
    "UnknownContract",
    "The deployment has no contract named {contract}.",
    "Deploy it first, or name one of the deployed contracts: {known}.",
)
UNKNOWN_FUNCTION = declare(
    "UnknownFunction",
    "The contract {contract} has no function {function} with {arguments} arguments.",
    "Compare with the contract's interface; name an overloaded function by its full signature.",
)
BAD_ARGUMENTS = declare(
    "BadArguments",
    "The arguments of {function} do not fit its types {types}: {reason}.",
    "Give each argument in the type and range that the interface states.",
)
UNKNOWN_ARTIFACT = declare(
    "UnknownArtifact",
    "There is no usable compiled contract named {artifact}: {reason}.",
    "Build the contracts, or correct the name.",
)
CHAIN_LOCKED = declare(
    "ChainLocked",
    "The chain in {directory} is already open in another process{holder}.",
    "Close the other process first; one chain is opened by one process at a time.",
)
CHAIN_STORE_CORRUPT = declare(
    "ChainStoreCorrupt",
    "The chain store {path} is damaged: {reason}.",
    "Restore the directory from a backup; do not continue on this copy.",
)
CHAIN_STORE_FAILED = declare(
    "ChainStoreFailed",
    "The chain store {path} could not be written or read: {reason}.",
    "Check free space and permissions, then open the chain again.",
)
CHAIN_CLOSED = declare(
    "ChainClosed",
    "The chain in {directory} has been closed.",
    "Open the chain again before using it.",
)
TIME_TRAVEL_REFUSED = declare(
    "TimeTravelRefused",
    "This chain follows the wall clock; its time cannot be advanced.",
    "Only demos and tests may advance time: open the chain with allow_time_travel=True for that.",
)
BAD_TIME_STEP = declare(
    "BadTimeStep",
    "Time can be advanced by a whole number of seconds of at least 1, not by {seconds}.",
    "Give a positive whole number of seconds; time never goes backwards.",
)


class EmbeddedChainError(CounterfoilError):
    """The embedded chain could not be opened, or its store cannot be used."""


def rejected(reason: str) -> ChainError:
    """The chain did not take a transaction."""
    return ChainError(ChainErrorKind.REJECTED, CHAIN_REJECTED, reason=reason)


def unavailable(reason: str) -> ChainError:
    """No answer, or one that cannot be used."""
    return ChainError(ChainErrorKind.UNAVAILABLE, CHAIN_UNAVAILABLE, reason=reason)

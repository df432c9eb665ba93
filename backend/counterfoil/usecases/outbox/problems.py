"""Why a command could not be carried out, told as the service tells every problem."""

from __future__ import annotations

from collections.abc import Mapping

from counterfoil.domain.errors import CounterfoilError, declare
from counterfoil.ports.engine import ChainError, ChainErrorKind
from counterfoil.usecases.wording import canonical_json

SERVICE_FAULT = declare(
    "ServiceFault",
    "The service could not carry the command out, because of a fault of its own; nothing took effect.",
    "Give the correlation id to whoever runs the service, and give the command again once it is mended.",
)
FOREIGN_KEY = declare(
    "ForeignKeyAsked",
    "The operation {operation} asks for a signature of {key}, which is no key of the one who acts.",
    "Give the command as the one whose signature it needs.",
)
AMOUNT_GREW = declare(
    "CommandAmountChanged",
    "When the command was approved it came to {approved}; now it comes to {amount}.",
    "Give the command again, so that the amount of today is approved.",
)
TOO_LARGE = declare(
    "InstructionTooLarge",
    "The instruction needs more gas than one block of this chain has room for.",
    "Divide what is asked for into smaller commands.",
)
COMMAND_EXPIRED = declare(
    "CommandExpired",
    "Nothing was decided, signed or sent in time: the command waited for {waited_for} until {expired_at}.",
    "Give the command again.",
)

ORGANISATION_SUSPENDED = declare(
    "OrganisationSuspended",
    "the organisation is suspended, and nothing that it entered is begun",
    "Ask the operator; give the command again once the organisation is active.",
)

# Not the command's fault: it is looked at again. Codes, because keystore and store are other rooms.
_PASSING = frozenset(
    {
        "ChainClosed",
        "ChainStoreCorrupt",
        "ChainStoreFailed",
        "KeyFileBroken",
        "KeyLocked",
        "KeyNotInKeystore",
        "ReorganisationTooDeep",
        "StoreAheadOfChain",
        "StoreFailed",
        "StoreUnusable",
    }
)

DEFECTS: tuple[type[Exception], ...] = (Exception,)
"""What a defect of the program raises, a library's own errors among them.

A command that meets one fails alone, and is logged with its trace; the worker goes on. Were it to end
instead, it would meet the same command again at its next start.
"""


def is_passing(error: CounterfoilError) -> bool:
    """Whether the same command may succeed later without a change."""
    if isinstance(error, ChainError):
        return error.kind is not ChainErrorKind.REVERTED
    return error.code in _PASSING


def problem_of(error: CounterfoilError) -> dict[str, object]:
    """Code, sentence, remedy and facts of an error."""
    return {
        "code": error.code,
        "detail": error.message,
        "remedy": error.remedy,
        "facts": {name: plain(value) for name, value in error.facts.items()},
    }


def problem_json(error: CounterfoilError) -> str:
    """As `problem_of`, as text for the store."""
    return canonical_json(problem_of(error))


# Beyond this, programs that read JSON numbers as floating point lose digits.
_EXACT_IN_JSON = 2**53


def plain(value: object) -> object:
    """A value as JSON has it: bytes as 0x text, numbers beyond 53 bits as decimal text."""
    match value:
        case bool() | str() | None:
            return value
        case int():
            return value if abs(value) < _EXACT_IN_JSON else str(value)
        case bytes():
            return "0x" + value.hex()
        case Mapping():
            return {str(name): plain(each) for name, each in value.items()}
        case list() | tuple() | set() | frozenset():
            return [plain(each) for each in value]
        case _:
            return str(value)

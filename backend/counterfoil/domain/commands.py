"""The life of a command that a user gave to the service, and of the instructions that carry it out.

    received -> awaiting_approval -> received (approved) -> awaiting_signature -> ready -> sent -> done
                  |      |      |                            |        |                    |
              rejected withdrawn expired                 withdrawn  expired              refused

A command that needs no approval or no signature of its own passes these states by. `received` is met again
after each step of a command that takes several. From every state but `sent` a command may become refused or
failed; from `sent` only what the chain says leads on.
"""

from __future__ import annotations

from enum import StrEnum


class CommandState(StrEnum):
    """Where a command is.

    RECEIVED: kept, to be prepared. AWAITING_APPROVAL: others of the organisation decide. AWAITING_SIGNATURE:
    the party signs with a key that the service does not have. READY: signed, to be relayed. SENT: in a
    transaction on its way. DONE: took effect. REFUSED: a rule or a contract said no. REJECTED: a checker said
    no. WITHDRAWN: its organisation took it back. EXPIRED: nobody decided or signed in time. FAILED: the
    service could not, for a reason of its own; it had no effect.
    """

    RECEIVED = "received"
    AWAITING_APPROVAL = "awaiting_approval"
    AWAITING_SIGNATURE = "awaiting_signature"
    READY = "ready"
    SENT = "sent"
    DONE = "done"
    REFUSED = "refused"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    FAILED = "failed"

    @property
    def is_final(self) -> bool:
        """Whether nothing happens to the command any more."""
        return self in _FINAL


class StepState(StrEnum):
    """Where one instruction is.

    DONE and SPENT are what the chain said of it; VOID: it was never sent, and never will be.
    """

    UNSIGNED = "unsigned"
    SIGNED = "signed"
    SENT = "sent"
    DONE = "done"
    SPENT = "spent"
    VOID = "void"


_FINAL = frozenset(
    {
        CommandState.DONE,
        CommandState.REFUSED,
        CommandState.REJECTED,
        CommandState.WITHDRAWN,
        CommandState.EXPIRED,
        CommandState.FAILED,
    }
)

_FROM_ANYWHERE = frozenset({CommandState.REFUSED, CommandState.FAILED})
_NEXT: dict[CommandState, frozenset[CommandState]] = {
    CommandState.RECEIVED: frozenset(
        {
            CommandState.AWAITING_APPROVAL,
            CommandState.AWAITING_SIGNATURE,
            CommandState.READY,
            CommandState.DONE,
            CommandState.WITHDRAWN,
            CommandState.EXPIRED,
        }
    )
    | _FROM_ANYWHERE,
    CommandState.AWAITING_APPROVAL: frozenset(
        {CommandState.RECEIVED, CommandState.REJECTED, CommandState.WITHDRAWN, CommandState.EXPIRED}
    )
    | _FROM_ANYWHERE,
    CommandState.AWAITING_SIGNATURE: frozenset(
        {CommandState.READY, CommandState.WITHDRAWN, CommandState.EXPIRED}
    )
    | _FROM_ANYWHERE,
    CommandState.READY: frozenset({CommandState.SENT, CommandState.EXPIRED}) | _FROM_ANYWHERE,
    # A replaced transaction gives its instructions back.
    CommandState.SENT: frozenset(
        {CommandState.RECEIVED, CommandState.READY, CommandState.DONE, CommandState.REFUSED}
    ),
}


def may_become(state: CommandState, following: CommandState) -> bool:
    """Whether a command in `state` may go on to `following`."""
    return following in _NEXT.get(state, frozenset())

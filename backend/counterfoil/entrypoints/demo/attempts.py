"""Things that must not work, tried in earnest: a refusal is a result, and its absence a failed check."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from counterfoil.domain.errors import DomainError
from counterfoil.entrypoints.demo.telling import Teller
from counterfoil.usecases.books.check_books import CheckResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A command that the ledger refused. why: what was tried, for people."""

    command: str
    why: str
    code: str
    message: str


@dataclass(slots=True)
class Attempts:
    """What was tried and refused. went_through: what was tried and, wrongly, worked."""

    teller: Teller
    refused: list[Refusal] = field(default_factory=list)
    went_through: list[str] = field(default_factory=list)

    def expect_refusal(self, command: str, why: str, attempt: Callable[[], object]) -> None:
        """Try it."""
        try:
            attempt()
        except DomainError as refused:
            self.refused.append(Refusal(command=command, why=why, code=refused.code, message=refused.message))
            self.teller.say(f"  refused: {why}: {refused.message} ({refused.code})")
        else:
            self.went_through.append(why)

    def check(self) -> CheckResult:
        """Whether everything that had to be refused was."""
        return CheckResult(
            invariant="whatever must be refused was refused",
            ok=not self.went_through,
            detail="; ".join(self.went_through) or f"{len(self.refused)} attempts refused",
        )

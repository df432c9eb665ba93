"""Chain and book side by side, after the last call: every note, lot, lien and balance, and how often each
key acted.

What the chain has is read as the contracts keep it, so that a lot's end, holder and state are compared and
not what some reader makes of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from counterfoil.chain.contract_calls import CASH, LEDGER, LIENS
from counterfoil.chain.pipeline.transport import AsksNode
from counterfoil.domain.states import NoteState
from network_load import calls
from network_load.book import Book, NoteBook
from network_load.ledger_setup import ENDOWMENT_MINOR
from network_load.parties import Cast

_AT_ONCE = 300
_MOST_TOLD = 20


@dataclass(slots=True)
class Comparison:
    """How much was compared, and what was unlike, one sentence each."""

    notes: int = 0
    lots: int = 0
    liens: int = 0
    balances: int = 0
    keys: int = 0
    unlike: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """For the result file: counts, how many were unlike, and the first of them."""
        return {
            "notes": self.notes,
            "lots": self.lots,
            "liens": self.liens,
            "balances": self.balances,
            "keys": self.keys,
            "unlike": len(self.unlike),
            **({"first_unlike": self.unlike[:_MOST_TOLD]} if self.unlike else {}),
        }


@dataclass(frozen=True, slots=True)
class _Question:
    """An eth_call, the words that it must answer, and what they are about. exact: nothing may stand behind
    them.
    """

    to: str
    input_bytes: bytes
    expected: Sequence[int]
    subject: str


def compare(
    node: AsksNode, book: Book, *, cast: Cast, addresses: Mapping[str, bytes], block: int
) -> Comparison:
    """The book against the chain at one block. Raises ChainError(Unavailable) where the chain does not
    answer.
    """
    found = Comparison()
    ledger, liens, cash = ("0x" + addresses[name].hex() for name in (LEDGER, LIENS, CASH))
    for note in book.notes:
        found.notes += 1
        found.lots += sum(1 for _ in note.live_lots())
        found.liens += len(note.liens)
    found.balances = found.keys = len(cast.everybody)
    questions = _questions(book, ledger=ledger, liens=liens, cash=cash, cast=cast)
    batch: list[_Question] = []
    for question in questions:
        batch.append(question)
        if len(batch) == _AT_ONCE:
            _ask(node, batch, block, found)
            batch = []
    _ask(node, batch, block, found)
    _compare_keys(node, book, cast, block, found)
    return found


def _questions(book: Book, *, ledger: str, liens: str, cash: str, cast: Cast) -> Iterator[_Question]:
    for note in book.notes:
        yield from _of_note(note, ledger, liens)
    for party in cast.everybody:
        yield _Question(
            cash,
            calls.selector(CASH, "balanceOf", 2) + calls.words((party.number, calls.EUR)),
            [ENDOWMENT_MINOR + book.balances[party.number]],
            f"balance of party {party.number}",
        )
    yield _Question(
        cash,
        calls.selector(CASH, "supplyOf", 1) + calls.words((calls.EUR,)),
        [ENDOWMENT_MINOR * len(cast.everybody)],
        "supply of cash",
    )


def _of_note(note: NoteBook, ledger: str, liens: str) -> Iterator[_Question]:
    segments = 0 if note.state is NoteState.PROPOSED else len(note.segments)
    yield _Question(
        ledger,
        calls.selector(LEDGER, "noteOf", 1) + calls.words((note.number,)),
        [
            *(note.state, 0, note.debtor, note.creditor, calls.EUR, note.maturity_at_s, segments),
            *(note.face_minor, 0, 0, note.face_minor if note.is_settled else 0),
        ],
        f"note {note.number}",
    )
    words_of = calls.selector(LEDGER, "segmentWords", 2)
    for number, segment in note.segments.items():
        words = segment.words()
        if number == 0:
            # The undivided lot lies on the right of the note's own word; the contract shows it behind a head.
            words = [words[0]]
        yield _Question(
            ledger,
            words_of + calls.words((note.number, number)),
            [calls.WORD, len(words), *words],
            f"segment {number} of note {note.number}",
        )
    lien_of = calls.selector(LIENS, "lienOf", 1)
    for lot, lien in note.liens.items():
        yield _Question(
            liens,
            lien_of + calls.words((calls.asset_of(lot),)),
            [lien.state, lien.pledgee],
            f"lien over lot {lot}",
        )


def _ask(node: AsksNode, batch: Sequence[_Question], block: int, found: Comparison) -> None:
    answers = node.batch(
        [("eth_call", [{"to": each.to, "data": "0x" + each.input_bytes.hex()}, hex(block)]) for each in batch]
    )
    for question, answer in zip(batch, answers, strict=True):
        if not isinstance(answer, str):
            found.unlike.append(f"{question.subject}: {answer!r}")
            continue
        told = [int(answer[place : place + 64], 16) for place in range(2, len(answer), 64)]
        expected = list(question.expected)
        if told[: len(expected)] != expected:
            found.unlike.append(f"{question.subject}: the chain has {told}, the book {expected}")


def _compare_keys(node: AsksNode, book: Book, cast: Cast, block: int, found: Comparison) -> None:
    """Each party's transactions: its acceptance in advance, and one for each acknowledged call. None "
    "twice."""
    answers = node.batch(
        [("eth_getTransactionCount", [party.key.address, hex(block)]) for party in cast.everybody]
    )
    for party, answer in zip(cast.everybody, answers, strict=True):
        expected = 1 + book.calls[party.number]
        if not isinstance(answer, str) or int(answer, 16) != expected:
            found.unlike.append(
                f"transactions of party {party.number}: the chain has {answer!r}, the book {expected}"
            )

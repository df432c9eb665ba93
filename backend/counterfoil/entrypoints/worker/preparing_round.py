"""The store as use cases see it while the worker prepares a round of commands.

One command asks for the same few parties, organisations and limits again and again, each time in a
transaction of its own, and the next command asks for them too. Within a round, which is a fraction of a
second, they are read once. Wordings are not written when a use case hands them in, but with the step that has
their hash: without the step nobody would ever ask for them.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TypeVar, cast

from counterfoil.ports.chain_log import ChainLog
from counterfoil.ports.comparisons import Comparisons
from counterfoil.ports.external_liens import ExternalLiens
from counterfoil.ports.store import (
    DocumentRecord,
    Documents,
    Invoices,
    KeyCustody,
    Parties,
    PartyRecord,
    RuleTraces,
    StorePort,
    TitleDocuments,
    UnitOfWork,
)

Found = TypeVar("Found")


class PreparingRound:
    """counterfoil.ports.store.StorePort, and usecases.outbox.sending_desk.RemembersRound.

    Outside of a command that is being prepared it is the store itself. For one thread.
    """

    def __init__(self, store: StorePort) -> None:
        self._store = store
        self._known: dict[Hashable, object] = {}
        self._wordings: dict[bytes, DocumentRecord] | None = None

    def begin_round(self) -> None:
        """Believe nothing that was read before."""
        self._known.clear()

    def begin_command(self) -> None:
        """From now on wordings are collected, until `take_wordings`."""
        self._wordings = {}

    def take_wordings(self) -> tuple[DocumentRecord, ...]:
        """What the command wants kept, to be written with its step."""
        taken, self._wordings = self._wordings or {}, None
        return tuple(taken.values())

    def once(self, what: Hashable, read: Callable[[], Found]) -> Found:
        """The answer of `read`, which is asked once a round for the same thing."""
        if self._wordings is None:
            return read()
        if what not in self._known:
            self._known[what] = read()
        return cast(Found, self._known[what])

    @contextmanager
    def begin(self) -> Iterator[UnitOfWork]:
        """As StorePort.begin; a transaction is begun only for what is not known."""
        if self._wordings is None:
            with self._store.begin() as work:
                yield work
        else:
            with ExitStack() as opened:
                yield _RoundUnit(self, self._wordings, lambda: opened.enter_context(self._store.begin()))

    @contextmanager
    def concurrent(self) -> Iterator[UnitOfWork]:
        """As StorePort.concurrent."""
        with self._store.concurrent() as work:
            yield work

    @contextmanager
    def read(self) -> Iterator[UnitOfWork]:
        """As StorePort.read."""
        with self._store.read() as work:
            yield work

    def forget_parties(self) -> None:
        """Something of a party is written: ask for all of them anew."""
        self._known.clear()


class _RoundUnit:
    """A unit of work that opens a real one when it has to."""

    def __init__(
        self,
        round_: PreparingRound,
        wordings: dict[bytes, DocumentRecord],
        open_real: Callable[[], UnitOfWork],
    ) -> None:
        self._open_real = open_real
        self._real: UnitOfWork | None = None
        self.parties: Parties = _RoundParties(round_, lambda: self.real.parties)
        self.documents: Documents = _RoundDocuments(wordings, lambda: self.real.documents)

    @property
    def real(self) -> UnitOfWork:
        """The transaction, begun now where it was not."""
        if self._real is None:
            self._real = self._open_real()
        return self._real

    @property
    def invoices(self) -> Invoices:
        return self.real.invoices

    @property
    def chain_log(self) -> ChainLog:
        return self.real.chain_log

    @property
    def comparisons(self) -> Comparisons:
        return self.real.comparisons

    @property
    def rule_traces(self) -> RuleTraces:
        return self.real.rule_traces

    @property
    def external_liens(self) -> ExternalLiens:
        return self.real.external_liens

    @property
    def titles(self) -> TitleDocuments:
        return self.real.titles


class _RoundDocuments:
    """Wordings that are written later, in front of those that are kept."""

    def __init__(self, wordings: dict[bytes, DocumentRecord], kept: Callable[[], Documents]) -> None:
        self._wordings = wordings
        self._kept = kept

    def add(self, document: DocumentRecord) -> None:
        self._wordings[document.document_hash] = document

    def add_all(self, documents: Sequence[DocumentRecord]) -> None:
        for document in documents:
            self.add(document)

    def by_hash(self, document_hash: bytes) -> DocumentRecord | None:
        return self._wordings.get(document_hash) or self._kept().by_hash(document_hash)


class _RoundParties:
    """Parties, those that were found by number or key remembered."""

    def __init__(self, round_: PreparingRound, kept: Callable[[], Parties]) -> None:
        self._round = round_
        self._kept = kept

    def by_key(self, party_key: str) -> PartyRecord | None:
        return self._round.once(("party by key", party_key), lambda: self._kept().by_key(party_key))

    def by_id(self, party_id: int) -> PartyRecord | None:
        return self._round.once(("party by number", party_id), lambda: self._kept().by_id(party_id))

    def by_name(self, name: str) -> tuple[PartyRecord, ...]:
        return self._kept().by_name(name)

    def by_identifier_value(self, value: str) -> tuple[PartyRecord, ...]:
        return self._kept().by_identifier_value(value)

    def keys_of_identifiers(self, identifiers: Iterable[str]) -> dict[str, str]:
        return self._kept().keys_of_identifiers(identifiers)

    def identifiers_of(self, party_key: str) -> tuple[str, ...]:
        return self._kept().identifiers_of(party_key)

    def all(self) -> tuple[PartyRecord, ...]:
        return self._kept().all()

    def add(self, party: PartyRecord) -> None:
        self._round.forget_parties()
        self._kept().add(party)

    def set_key(self, party_key: str, *, key_name: str, custody: KeyCustody) -> None:
        self._round.forget_parties()
        self._kept().set_key(party_key, key_name=key_name, custody=custody)

    def add_identifiers(self, party_key: str, identifiers: Iterable[str]) -> None:
        self._round.forget_parties()
        self._kept().add_identifiers(party_key, identifiers)

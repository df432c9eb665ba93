"""The in-memory ledger and the contracts side by side, with a third state folded from the contracts' events.

After every command the three must agree: same outcome (result, or refusal with the same values), same events,
same state by event and by view.
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from itertools import groupby, pairwise
from operator import itemgetter
from typing import Any

from counterfoil.chain.event_codec import decode_event, decoded
from counterfoil.chain.packed_lots import unpack_segment
from counterfoil.domain.errors import DomainError
from counterfoil.domain.events.ledger_events import ChildLot, Recorded
from counterfoil.domain.ledger import Call, Ledger, shares_hash
from counterfoil.domain.lot import ASSET_KIND_LOT, AssetId, LotId
from counterfoil.domain.projection import fold as projection
from counterfoil.domain.state.facility_state import facility_number
from counterfoil.domain.state.ledger_state import LedgerState
from counterfoil.domain.states import LotState
from counterfoil.ports.engine import EventRecord
from model.commands import Command
from model.contract_chain import OFFICES, START_S, ContractChain
from model.facility_views import check_facilities, check_facility, check_lien
from model.goods_views import check_all_goods, check_touched_goods
from model.seals import LateArgument

NO_INVOICE = {
    "seller": 0,
    "buyer": 0,
    "currency": 0,
    "payable_minor": 0,
    "credited_minor": 0,
    "used_minor": 0,
}


class Twin:
    """One pair, from the deployment on. counts: how often each command ended how."""

    def __init__(self, chain: ContractChain) -> None:
        self.chain = chain
        self.model = Ledger(offices=OFFICES)
        self.projected = projection.project(decoded(chain.deployment_records))
        self._administration = (set(self.projected.modules), dict(self.projected.asset_kinds))
        self.now_s = START_S
        self.counts: Counter[tuple[str, str]] = Counter()
        self.fingerprints: set[bytes] = set()

    def fork(self) -> Twin:
        """A pair in the same state, to be changed without changing this one; the counts are shared."""
        forked = copy.copy(self)
        forked.model, forked.projected = copy.deepcopy(self.model), copy.deepcopy(self.projected)
        forked.fingerprints = set(self.fingerprints)
        return forked

    @property
    def state(self) -> LedgerState:
        """The model's state."""
        return self.model.state

    def run(self, key: str, command: Command) -> object:
        """Carry a command out on both and compare; returns its result, or its refusal as DomainError."""
        call = Call(key=key, now_s=self.now_s)
        known = len(self.model.events)
        expected = self._outcome(lambda: command.apply(self.model, call))
        found = self._outcome(
            lambda: self.chain.send(key, command.contract, command.function, self._args(command), self.now_s)
        )
        if isinstance(expected, DomainError) or isinstance(found, DomainError):
            assert _refusal(found) == _refusal(expected), command
            assert len(self.model.events) == known, f"refused, but recorded: {command}"
            assert isinstance(expected, DomainError)
            self.counts[command.name, expected.code] += 1
            return expected
        touched = self._take_over(found, self.model.events[known:])
        self.counts[command.name, "done"] += 1
        self.check_touched(touched)
        return expected

    def expect_all(self, commands: Iterable[tuple[str, Command]]) -> None:
        """`expect` for commands in order that need nothing of each other; those of one key share a block."""
        for key, together in groupby(commands, key=itemgetter(0)):
            self._expect_of(key, [command for _, command in together])

    def _expect_of(self, key: str, commands: Sequence[Command]) -> None:
        call = Call(key=key, now_s=self.now_s)
        ends = [len(self.model.events)]
        for command in commands:
            command.apply(self.model, call)
            ends.append(len(self.model.events))
        calls = [(each.contract, each.function, self._args(each)) for each in commands]
        touched: list[object] = []
        found = self.chain.send_all(key, calls, self.now_s)
        for command, (begin, end), records in zip(commands, pairwise(ends), found, strict=True):
            touched += self._take_over(records, self.model.events[begin:end])
            self.counts[command.name, "done"] += 1
        self.check_touched(touched)

    def _take_over(self, found: Iterable[EventRecord], expected: Sequence[Recorded]) -> list[object]:
        """Fold events of the contracts, after they were compared with the model's."""
        events = [decode_event(record) for record in found]
        assert [_bare(each) for each in events] == [_bare(each) for each in expected]
        for each in events:
            assert each is not None
            projection.apply(self.projected, each)
        return [each.event for each in events if each is not None]

    def expect(self, key: str, command: Command) -> Any:
        """`run`, where a refusal is a failure of the test."""
        result = self.run(key, command)
        if isinstance(result, DomainError):
            raise result
        return result

    def attempt(self, key: str, command: Command) -> object:
        """How it ends, and nothing of it stays: its result, or its refusal as DomainError.

        A chain that goes back carries it out as `run` does. Another one is asked what would happen, and
        compared are outcome and result alone; what the command does is for `run` to see in other tests.
        """
        if self.chain.goes_back:
            mark = self.chain.mark()
            try:
                return self.fork().run(key, command)
            finally:
                self.chain.rewind(mark)
        call = Call(key=key, now_s=self.now_s)
        expected = self._outcome(lambda: command.apply(copy.deepcopy(self.model), call))
        found = self._outcome(
            lambda: self.chain.ask(
                command.contract, command.function, self._args(command), self.now_s, sender=key
            )
        )
        if isinstance(expected, DomainError) or isinstance(found, DomainError):
            assert _refusal(found) == _refusal(expected), command
        elif isinstance(expected, int):
            assert found == expected, command
        return expected

    @staticmethod
    def _outcome(action: Callable[[], Any]) -> Any:
        try:
            return action()
        except DomainError as refused:
            return refused

    def _args(self, command: Command) -> list[object]:
        """What is sent: signatures are made for the chain that they go to."""
        return [
            each.for_chain(self.chain) if isinstance(each, LateArgument) else each for each in command.args
        ]

    # -- comparing --

    def check_touched(self, events: Iterable[object]) -> None:
        """Compare the views of everything that these events name."""
        events = list(events)
        check_touched_goods(self, events)
        names = _named(events)
        lots = {child for lot_id in names["lot"] for child in (lot_id, *self.state.children.get(lot_id, ()))}
        names["note"] |= {lot_id.note_id for lot_id in lots}
        # A substitute may be offered that does not exist.
        for note_id in sorted(names["note"] & self.state.notes.keys()):
            self.check_note(note_id)
            names["print"].update(each.fingerprint for each in self.state.notes[note_id].invoices)
        self.fingerprints |= names["print"]
        for lot_id in sorted(lots):
            if lot_id in self.state.lots:
                self.check_lot(lot_id)
        for asset_id in sorted(names["asset"]):
            check_lien(self, asset_id)
        for financing_id in sorted(names["financing"]):
            if facility_number(financing_id) is None:
                self.check_financing(financing_id)
        for facility_id in sorted(names["facility"]):
            check_facility(self, facility_id)
        for fingerprint in sorted(names["print"]):
            self.check_invoice(fingerprint)
        self.check_balances(names["party"] & self.state.parties.keys(), names["currency"])

    def check_all(self) -> None:
        """The model, the projection and every view of the contracts say the same."""
        self.check_projection()
        check_all_goods(self)
        for note_id in self.state.notes:
            self.check_note(note_id)
            self.check_segments(note_id)
        for lot_id in self.state.lots:
            self.check_lot(lot_id)
        for asset_id in self.state.liens.keys() | self.state.blocks.keys():
            check_lien(self, asset_id)
        for financing_id in self.state.financings:
            self.check_financing(financing_id)
        check_facilities(self)
        for fingerprint in self.fingerprints:
            self.check_invoice(fingerprint)
        for party_id in self.state.parties:
            self.check_party(party_id)
        self.check_balances(self.state.parties, self.state.issued)
        for redemption_id, redemption in self.state.redemptions.items():
            found = self.ask("Cash", "redemptionOf", redemption_id)
            assert found == (redemption.party_id, redemption.paid)
        for credit_note in self.state.credit_notes:
            assert self.ask("Ledger", "creditNoteUsed", credit_note) is True
        assert self.ask("Ledger", "partyCount") == len(self.state.parties)
        assert self.ask("Ledger", "noteCount") == len(self.state.notes)
        assert self.ask("Financing", "financingCount") == len(self.state.financings)

    def check_projection(self) -> None:
        """Events alone rebuild the model's state; administration is not the model's business."""
        bare = replace(self.projected, modules=set(), asset_kinds={})
        for each in fields(LedgerState):
            assert getattr(bare, each.name) == getattr(self.state, each.name), each.name
        assert (self.projected.modules, self.projected.asset_kinds) == self._administration

    def check_note(self, note_id: int) -> None:
        note = self.state.notes[note_id]
        assert self.projected.notes[note_id] == note
        assert dict(self.ask("Ledger", "noteOf", note_id)) == {
            "state": note.state,
            "proposed_by_debtor": note.proposed_by_debtor,
            "debtor": note.debtor_id,
            "creditor": note.creditor_id,
            "currency": note.currency,
            "maturity_at": note.maturity_at_s,
            "segment_count": note.segment_count,
            "face_minor": note.face_minor,
            "disputed_minor": note.disputed_minor,
            "reduced_minor": note.reduced_minor,
            "paid_minor": note.paid_minor,
            "invoices_hash": shares_hash(note.invoices),
        }

    def check_lot(self, lot_id: LotId) -> None:
        lot = self.state.lots[lot_id]
        assert self.projected.lots[lot_id] == lot
        assert dict(self.ask("Ledger", "lotOf", lot_id.number)) == {
            "state": lot.state,
            "first": lot.first,
            "last": lot.last,
            "holder": lot.holder_id,
            "offeree": lot.offeree_id or 0,
            "parent": (lot.parent or LotId.root(lot_id.note_id)).number,
        }
        booked = sum(each.amount_minor for each in self.state.payments.get(lot_id, ()) if not each.final)
        assert self.ask("Ledger", "paidOnLot", lot_id.number) == booked
        check_lien(self, AssetId.of_lot(lot_id))

    def check_segments(self, note_id: int) -> None:
        """The words of the contracts' storage, unpacked, are the lots."""
        for parent_id, children in self.state.children.items():
            if parent_id.note_id != note_id:
                continue
            segment = unpack_segment(self.ask("Ledger", "segmentWords", note_id, children[0].segment))
            assert (segment.parent_segment, segment.parent_index) == (parent_id.segment, parent_id.index)
            assert segment.children == tuple(self._as_stored(lot_id) for lot_id in children)

    def _as_stored(self, lot_id: LotId) -> ChildLot:
        lot = self.state.lots[lot_id]
        party = lot.offeree_id if lot.state is LotState.OFFERED else lot.holder_id
        assert party is not None
        return ChildLot(positions=lot.positions, party_id=party, state=lot.state)

    def check_financing(self, financing_id: int) -> None:
        financing = self.state.financings[financing_id]
        assert self.projected.financings[financing_id] == financing
        assert dict(self.ask("Financing", "financingOf", financing_id)) == {
            "state": financing.state,
            "kind": financing.kind,
            "lot": financing.lot_id.number,
            "funder": financing.funder_id,
            "holder": financing.holder_id or 0,
            "currency": financing.currency,
            "drawdown_minor": financing.drawdown_minor,
            "principal_minor": financing.principal_minor,
            "interest_minor": financing.interest_minor,
            "repaid_minor": financing.repaid_minor,
            "rate_bps": financing.rate_bps,
            "day_basis": financing.day_basis,
            "due_at": financing.due_at_s,
            "expires_at": financing.expires_at_s,
        }
        owed = self.ask("Financing", "debtOf", financing_id)
        if financing.day_basis:
            assert owed == self.model.financings.debt_of(financing, self.now_s)

    def check_invoice(self, fingerprint: bytes) -> None:
        record = self.state.invoices.get(fingerprint)
        assert self.projected.invoices.get(fingerprint) == record
        assert dict(self.ask("Ledger", "invoiceOf", fingerprint)) == (
            NO_INVOICE
            if record is None
            else {
                "seller": record.seller_id,
                "buyer": record.buyer_id,
                "currency": record.currency,
                "payable_minor": record.payable_minor,
                "credited_minor": record.credited_minor,
                "used_minor": record.used_minor,
            }
        )

    def check_party(self, party_id: int) -> None:
        party = self.state.parties[party_id]
        state, roles, keys = self.ask("Ledger", "partyOf", party_id)
        assert (state, roles, frozenset(keys)) == (party.state, party.roles, party.keys)
        assert len(keys) == len(party.keys)
        named = {debtor_id for assignee_id, debtor_id in self.state.acceptances if assignee_id == party_id}
        for debtor_id in named - {0} | {1, 2}:
            found = self.ask("Ledger", "acceptsInAdvance", party_id, debtor_id)
            assert found is self.state.accepts_in_advance(party_id, debtor_id)

    def check_balances(self, party_ids: Iterable[int], currencies: Iterable[int]) -> None:
        for currency in currencies:
            assert self.ask("Cash", "supplyOf", currency) == self.state.supply_of(currency)
            for party_id in party_ids:
                found = self.ask("Cash", "balanceOf", party_id, currency)
                assert found == self.state.balance_of(party_id, currency)
                assert found == self.projected.balance_of(party_id, currency)

    def ask(self, contract: str, function: str, *args: Any) -> Any:
        """A view of the contracts at the current time."""
        return self.chain.ask(contract, function, args, self.now_s)


def _refusal(outcome: object) -> object:
    """Code and values; names and numbers of states compare alike."""
    if isinstance(outcome, DomainError):
        return outcome.code, outcome.facts
    return f"no refusal but {outcome}"


def _bare(recorded: Recorded | None) -> tuple[object, ...]:
    """An event without its place in a block, which the model does not have."""
    assert recorded is not None
    return recorded.event, recorded.at_s, recorded.sender


def _named(events: Iterable[object]) -> dict[str, set[Any]]:
    """What these events name, by kind."""
    names: dict[str, set[Any]] = {
        kind: set()
        for kind in ("lot", "asset", "note", "party", "financing", "facility", "print", "currency")
    }
    kinds = {
        "note_id": "note",
        "financing_id": "financing",
        "facility_id": "facility",
        "fingerprint": "print",
        "currency": "currency",
    }
    for name, value in _values(events):
        if isinstance(value, LotId):
            names["lot"].add(value)
        elif isinstance(value, AssetId):
            names["asset"].add(value)
            if value.kind == ASSET_KIND_LOT:
                names["lot"].add(value.lot_id)
        elif name in kinds:
            names[kinds[name]].add(value)
        elif name.endswith("_id"):
            names["party"].add(value)
    names["financing"].discard(None)
    return names


def _values(found: Iterable[object], name: str = "") -> Iterable[tuple[str, Any]]:
    """All named values inside these events, whatever they are nested in."""
    for each in found:
        if isinstance(each, LotId | AssetId):
            yield name, each
        elif is_dataclass(each):
            for one in fields(each):
                yield from _values([getattr(each, one.name)], one.name)
        elif isinstance(each, tuple):
            yield from _values(each, name)
        elif isinstance(each, Mapping):
            raise TypeError(f"{name}: events hold no mappings")
        else:
            yield name, each

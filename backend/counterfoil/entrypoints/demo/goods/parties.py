"""Who takes part where goods are stored and financed: found among the parties of the run, or added."""

from __future__ import annotations

from dataclasses import dataclass, replace

from counterfoil.domain.errors import DomainError
from counterfoil.domain.goods.receipt_document import ReceiptDocument, ReceiptParty
from counterfoil.domain.invoices.invoice import IdScheme, PartyIdentifier
from counterfoil.domain.party_id import canonical_party_id, check_digit_holds
from counterfoil.domain.states import PartyRole
from counterfoil.entrypoints.demo.financing import Funders
from counterfoil.usecases import refusals
from counterfoil.usecases.parties.register_party import register_party
from counterfoil.usecases.parties.set_party_roles import set_party_roles
from counterfoil.usecases.resolving import find_party, party_id_of
from counterfoil.usecases.workbench import Workbench

_OTHER_KEEPER = ReceiptParty(name="Demo Warehouse", identity="registration:DEMO:KEEPER-2")
_CHECKED_SCHEMES = (IdScheme.USCC, IdScheme.LEI, IdScheme.GLN, IdScheme.VAT)


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodsParties:
    """Parties by number. document: the intake file's, with the depositor of this run."""

    document: ReceiptDocument
    depositor: int
    keeper: int
    other_keeper: int
    other_keeper_named: ReceiptParty
    inspector: int
    price_source: int
    lender: int
    second_lender: int


def gather_parties(bench: Workbench, document: ReceiptDocument, funders: Funders) -> GoodsParties:
    """Add keepers, inspector and price source; choose the depositor.

    It is whom the intake file names, where the run's invoices know it; otherwise the supplier with the
    largest lot, whose name then stands in the document; otherwise whom the file names, as a new party.
    """
    keeper = _party_with(bench, document.keeper, PartyRole.KEEPER)
    depositor = _known(bench, document.depositor) or _largest_supplier(bench, but=keeper)
    if depositor is None:
        depositor = _party_with(bench, document.depositor, PartyRole.SUPPLIER)
    elif depositor != _known(bench, document.depositor):
        document = replace(document, depositor=_as_depositor(bench, depositor, document.contract))
    return GoodsParties(
        document=document,
        depositor=depositor,
        keeper=keeper,
        other_keeper=_added(bench, _OTHER_KEEPER.name, "KEEPER-2", PartyRole.KEEPER),
        other_keeper_named=_OTHER_KEEPER,
        inspector=_added(bench, document.inspector or "Demo Inspector", "INSPECTOR-1", PartyRole.INSPECTOR),
        price_source=_added(bench, "Demo Price Source", "PRICES-1", PartyRole.PRICE_SOURCE),
        lender=funders.lender,
        second_lender=funders.factor,
    )


def _added(bench: Workbench, name: str, number: str, role: PartyRole) -> int:
    return register_party(bench, name=name, identifiers=[f"registration:DEMO:{number}"], roles=role).party_id


def _known(bench: Workbench, party: ReceiptParty) -> int | None:
    """The number of a party that a document names, if the run has it."""
    try:
        return party_id_of(bench, party.identity or party.name)
    except DomainError as refused:
        if refused.code != refusals.PARTY_NOT_FOUND:
            raise
        return None


def _party_with(bench: Workbench, party: ReceiptParty, role: PartyRole) -> int:
    """The party that a document names, with this role; added where the run does not have it."""
    known = _known(bench, party)
    if known is None:
        identifiers = [_identifier(party.identity or party.name)]
        return register_party(bench, name=party.name, identifiers=identifiers, roles=role).party_id
    roles = bench.read_model.state.parties[known].roles
    if not roles & role:
        set_party_roles(bench, party=known, roles=roles | role)
    return known


def _identifier(identity: str) -> str:
    """scheme:value, of the first scheme whose check characters fit; a document does not say which it is."""
    for scheme in _CHECKED_SCHEMES:
        value = canonical_party_id(scheme, identity)
        if check_digit_holds(PartyIdentifier(scheme=scheme, value=value)):
            return f"{scheme.value}:{value}"
    return f"registration:{identity}"


def _largest_supplier(bench: Workbench, *, but: int) -> int | None:
    """The supplier that holds the largest lot, in minor units whatever the currency."""
    state = bench.read_model.state
    lots = [
        lot
        for note_id in state.notes
        for lot in state.leaves_of(note_id)
        if lot.holder_id != but and state.parties[lot.holder_id].roles & PartyRole.SUPPLIER
    ]
    largest = max(lots, key=lambda lot: (lot.length_minor, -lot.lot_id.note_id, -lot.first), default=None)
    return None if largest is None else largest.holder_id


def _as_depositor(bench: Workbench, party_id: int, contract: str) -> ReceiptParty:
    """The party as a receipt states it. Invoices give no address that every format has."""
    record = find_party(bench, party_id)
    address = f"as in storage contract {contract}" if contract else "as kept by the warehouse"
    return ReceiptParty(name=record.name, identity=record.party_key, address=address)

"""Issue a bill of lading to its shipper, as the carrier. A number is used once for ever, in any spelling."""

from __future__ import annotations

from dataclasses import dataclass

from counterfoil.domain.events.goods_events import BillTerms
from counterfoil.domain.goods.bill_number import KNOWN_CARRIERS
from counterfoil.domain.goods.good import Good, Quantity
from counterfoil.domain.goods.salted_fields import salt_fields
from counterfoil.ports.store import TitleDocumentRecord, TitleKind
from counterfoil.usecases.acting import actor_of
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.resolving import PartyRef, find_party, registered_id, required_text
from counterfoil.usecases.title_documents import keep_title
from counterfoil.usecases.workbench import Outcome, Workbench


@dataclass(frozen=True, slots=True, kw_only=True)
class BillDocument:
    """What a bill of lading says. carrier_code: SCAC of the carrier that numbered it; seals: of containers.

    Fields other than number, code, goods and route may be empty.
    """

    carrier_code: str
    number: str
    good: Good
    quantity: Quantity
    port_of_loading: str
    port_of_discharge: str
    vessel: str = ""
    voyage: str = ""
    consignee: str = "to order"
    marks: str = ""
    seals: tuple[str, ...] = ()

    def fields(self, *, carrier: str, shipper: str) -> dict[str, str]:
        """Every stated field by name, as the text that is hashed; empty ones are left out."""
        found = {
            "bill.number": self.number,
            "bill.carrier_code": self.carrier_code,
            "carrier.name": carrier,
            "shipper.name": shipper,
            "consignee": self.consignee,
            "goods.code": self.good.code,
            "goods.grade": self.good.grade,
            "goods.name": self.good.name,
            "goods.quantity": str(self.quantity),
            "goods.marks": self.marks,
            "route.port_of_loading": self.port_of_loading,
            "route.port_of_discharge": self.port_of_discharge,
            "route.vessel": self.vessel,
            "route.voyage": self.voyage,
            **{f"seals[{place}]": seal for place, seal in enumerate(self.seals)},
        }
        return {name: value for name, value in found.items() if value.strip()}


@dataclass(frozen=True, slots=True, kw_only=True)
class BillOpened(Outcome):
    """A bill in its shipper's hands."""

    bill_id: int


def issue_bill(bench: Workbench, *, actor: PartyRef, shipper: PartyRef, document: BillDocument) -> BillOpened:
    """Issue a bill. Raises DomainError CarrierCodeMalformed, BillNumberEmpty, BillOfAnotherCarrier, then what
    the ledger refuses: BillNumberUsed for a number in another carrier's or agent's spelling.
    """
    acting = actor_of(bench, actor)
    terms = bill_terms(bench, carrier_name=acting.party.name, shipper=shipper, document=document)
    receipt = carry_out(bench, "issue_bill", lambda: bench.ledger.issue_bill(by=acting.key, terms=terms))
    return BillOpened(
        operation="issue_bill", receipts=(receipt,), bill_id=receipt.only("BillIssued").args["bill"]
    )


def bill_terms(
    bench: Workbench, *, carrier_name: str, shipper: PartyRef, document: BillDocument
) -> BillTerms:
    """What goes on the ledger about a bill; what stays here is kept before."""
    named = find_party(bench, shipper)
    for field, value in (
        ("port of loading", document.port_of_loading),
        ("port of discharge", document.port_of_discharge),
    ):
        required_text(value, field=field)
    identity = KNOWN_CARRIERS.bill(carrier=document.carrier_code, number=document.number)
    number_key = identity.key(bench.keys.fingerprint_key())
    title = TitleDocumentRecord(
        kind=TitleKind.BILL, salted=salt_fields(document.fields(carrier=carrier_name, shipper=named.name))
    )
    keep_title(bench, title)
    with bench.store.begin() as work:
        work.titles.add_good(document.good)
        work.titles.add_bill_number(number_key, carrier=identity.carrier, number=document.number)
    return BillTerms(
        number=number_key,
        shipper_id=registered_id(named),
        good=document.good.key,
        quantity=document.quantity.steps,
        decimals=document.good.unit.decimals,
        detail_root=title.detail_root,
    )

"""Operations over bills of lading."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from counterfoil.domain.errors import DomainError
from counterfoil.domain.goods.good import Good
from counterfoil.domain.goods.good import Quantity as GoodQuantity
from counterfoil.domain.states import Office
from counterfoil.entrypoints.operations.fields import (
    LARGEST_ID,
    AnyReceiptId,
    BillId,
    Order,
    PartyId,
    Quantity,
    Reference,
    Text,
)
from counterfoil.entrypoints.operations.goods import GoodBody
from counterfoil.entrypoints.operations.operation import Body, Desk, Operation
from counterfoil.usecases.bills.discharge_bill import discharge_bill
from counterfoil.usecases.bills.endorse_bill import endorse_bill
from counterfoil.usecases.bills.force_bill_transfer import force_bill_transfer
from counterfoil.usecases.bills.freeze_bill import freeze_bill
from counterfoil.usecases.bills.issue_bill import BillDocument, issue_bill
from counterfoil.usecases.bills.reinstate_bill import reinstate_bill
from counterfoil.usecases.bills.revoke_surrender import revoke_surrender
from counterfoil.usecases.bills.surrender_bill import surrender_bill
from counterfoil.usecases.bills.switch_bill import switch_bill
from counterfoil.usecases.bills.unfreeze_bill import unfreeze_bill
from counterfoil.usecases.goods_refusals import TITLE_DOCUMENT_MISSING
from counterfoil.usecases.goods_resolving import find_bill, good_of_key

RESOURCE = "bills"
AnyBillId = Annotated[
    int, Field(ge=1, le=LARGEST_ID, description="Number of the bill of lading on the ledger.", examples=[4])
]


class _Carriage(Body):
    carrier_code: Annotated[
        str,
        StringConstraints(pattern=r"^[A-Za-z]{2,4}$"),
        Field(description="SCAC of the carrier that numbered it.", examples=["MAEU"]),
    ]
    number: Annotated[Text, Field(description="As printed on the bill.", examples=["MAEU 123456789"])]
    port_of_loading: Annotated[Text, Field(description="Where it was loaded.", examples=["CNTAO"])]
    port_of_discharge: Annotated[Text, Field(description="Where it is discharged.", examples=["DEHAM"])]
    vessel: Annotated[Text | None, Field(description="Name of the ship.", examples=["Ebba Maersk"])] = None
    voyage: Annotated[Text | None, Field(description="Number of the voyage.", examples=["247W"])] = None
    consignee: Annotated[Text, Field(description="As printed.", examples=["to order"])] = "to order"
    marks: Annotated[Text | None, Field(description="Marks on the goods.", examples=["HM-42"])] = None
    seals: Annotated[
        tuple[Text, ...], Field(max_length=64, description="Of containers.", examples=[["ML-CN 4711"]])
    ] = ()

    def document(self, good: Good, quantity: GoodQuantity) -> BillDocument:
        """What the bill says about this good."""
        return BillDocument(
            carrier_code=self.carrier_code,
            number=self.number,
            good=good,
            quantity=quantity,
            port_of_loading=self.port_of_loading,
            port_of_discharge=self.port_of_discharge,
            vessel=self.vessel or "",
            voyage=self.voyage or "",
            consignee=self.consignee,
            marks=self.marks or "",
            seals=self.seals,
        )


class IssueBill(_Carriage):
    """Issue a bill to its shipper, as the carrier; its number is used once for ever."""

    shipper_party_id: Annotated[PartyId, Field(description="The first holder.")]
    good: GoodBody
    quantity: Quantity


class SwitchBill(_Carriage):
    """Replace a surrendered bill by one with another number, as the carrier; goods and holder stay."""

    bill_id: BillId


class EndorseBill(Body):
    """Endorse a bill, as its holder, to a party that accepts in advance."""

    bill_id: BillId
    to_party_id: Annotated[PartyId, Field(description="The endorsee.")]
    reference: Reference


class SurrenderBill(Body):
    """Give a bill back to its carrier, as the holder."""

    bill_id: BillId
    order: Order


class RevokeSurrender(Body):
    """Take a surrendered bill back, as the holder."""

    bill_id: BillId


class DischargeBill(Body):
    """End a surrendered bill in the receipt of its goods, as the carrier."""

    bill_id: BillId
    receipt_id: Annotated[
        AnyReceiptId, Field(description="The draft that the keeper made for the bill's holder.")
    ]


class FreezeBill(Body):
    """Stop a bill, as the arbiter."""

    bill_id: AnyBillId
    order: Order


class UnfreezeBill(Body):
    """Let a frozen bill be what it was before, as the arbiter."""

    bill_id: AnyBillId
    order: Order


class ForceBillTransfer(Body):
    """Execute a court's order over title to a bill, as the arbiter."""

    bill_id: AnyBillId
    to_party_id: Annotated[PartyId, Field(description="Whom the court names.")]
    order: Order


class ReinstateBill(Body):
    """Let a bill whose receipt never came to be be issued again, as the arbiter."""

    bill_id: AnyBillId
    order: Order


def _issue(desk: Desk, body: IssueBill) -> object:
    good = body.good.good
    document = body.document(good, good.quantity(body.quantity))
    return issue_bill(desk.bench, actor=desk.party, shipper=body.shipper_party_id, document=document)


def _switch(desk: Desk, body: SwitchBill) -> object:
    former = find_bill(desk.bench, body.bill_id)
    good = good_of_key(desk.bench, former.good)
    if good is None:
        raise DomainError(TITLE_DOCUMENT_MISSING, title=f"the good of bill {body.bill_id}")
    document = body.document(good, GoodQuantity(former.quantity, good.unit))
    return switch_bill(desk.bench, actor=desk.party, bill_id=body.bill_id, document=document)


OPERATIONS = (
    Operation(
        name="issue_bill",
        resource=RESOURCE,
        path="/bills",
        summary="Issue a bill of lading",
        body=IssueBill,
        run=_issue,
        sentence=lambda desk, body: (
            f"Issue bill {body.carrier_code} {body.number} over {body.quantity} {body.good.unit} of"
            f" {body.good.code} to {desk.named(body.shipper_party_id)}"
        ),
    ),
    Operation(
        name="switch_bill",
        resource=RESOURCE,
        path="/bills/{bill_id}/switch",
        summary="Switch a bill",
        body=SwitchBill,
        run=_switch,
        sentence=lambda _desk, body: f"Replace bill {body.bill_id} by {body.carrier_code} {body.number}",
    ),
    Operation(
        name="endorse_bill",
        resource=RESOURCE,
        path="/bills/{bill_id}/endorse",
        summary="Endorse a bill",
        body=EndorseBill,
        run=lambda desk, body: endorse_bill(
            desk.bench,
            actor=desk.party,
            bill_id=body.bill_id,
            to=body.to_party_id,
            reference=body.reference,
        ),
        sentence=lambda desk, body: f"Endorse bill {body.bill_id} to {desk.named(body.to_party_id)}",
    ),
    Operation(
        name="surrender_bill",
        resource=RESOURCE,
        path="/bills/{bill_id}/surrender",
        summary="Surrender a bill",
        body=SurrenderBill,
        run=lambda desk, body: surrender_bill(
            desk.bench, actor=desk.party, bill_id=body.bill_id, order=body.order
        ),
        sentence=lambda _desk, body: f"Surrender bill {body.bill_id}: {body.order}",
    ),
    Operation(
        name="revoke_surrender",
        resource=RESOURCE,
        path="/bills/{bill_id}/revoke-surrender",
        summary="Revoke a surrender",
        body=RevokeSurrender,
        run=lambda desk, body: revoke_surrender(desk.bench, actor=desk.party, bill_id=body.bill_id),
        sentence=lambda _desk, body: f"Take the surrendered bill {body.bill_id} back",
    ),
    Operation(
        name="discharge_bill",
        resource=RESOURCE,
        path="/bills/{bill_id}/discharge",
        summary="Discharge a bill",
        body=DischargeBill,
        run=lambda desk, body: discharge_bill(
            desk.bench, actor=desk.party, bill_id=body.bill_id, receipt_id=body.receipt_id
        ),
        sentence=lambda _desk, body: f"End bill {body.bill_id} in receipt {body.receipt_id}",
    ),
    Operation(
        name="freeze_bill",
        resource=RESOURCE,
        path="/bills/{bill_id}/freeze",
        summary="Freeze a bill",
        body=FreezeBill,
        office=Office.ARBITER,
        run=lambda desk, body: freeze_bill(desk.bench, bill_id=body.bill_id, order=body.order),
        sentence=lambda _desk, body: f"Freeze bill {body.bill_id}: {body.order}",
    ),
    Operation(
        name="unfreeze_bill",
        resource=RESOURCE,
        path="/bills/{bill_id}/unfreeze",
        summary="End the freeze of a bill",
        body=UnfreezeBill,
        office=Office.ARBITER,
        run=lambda desk, body: unfreeze_bill(desk.bench, bill_id=body.bill_id, order=body.order),
        sentence=lambda _desk, body: f"End the freeze of bill {body.bill_id}: {body.order}",
    ),
    Operation(
        name="force_bill_transfer",
        resource=RESOURCE,
        path="/bills/{bill_id}/force-transfer",
        summary="Transfer a bill by order",
        body=ForceBillTransfer,
        office=Office.ARBITER,
        run=lambda desk, body: force_bill_transfer(
            desk.bench, bill_id=body.bill_id, to=body.to_party_id, order=body.order
        ),
        sentence=lambda desk, body: (
            f"Move title to bill {body.bill_id} to {desk.named(body.to_party_id)}: {body.order}"
        ),
    ),
    Operation(
        name="reinstate_bill",
        resource=RESOURCE,
        path="/bills/{bill_id}/reinstate",
        summary="Reinstate a bill",
        body=ReinstateBill,
        office=Office.ARBITER,
        run=lambda desk, body: reinstate_bill(desk.bench, bill_id=body.bill_id, order=body.order),
        sentence=lambda _desk, body: f"Let bill {body.bill_id} be issued again: {body.order}",
    ),
)

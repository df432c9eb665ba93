"""`counterfoil bill`: bills of lading from issue to the receipt of their goods."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from counterfoil.domain.goods.good import Good, Quantity, Unit
from counterfoil.entrypoints.session import (
    ActorOption,
    BillArgument,
    JsonOption,
    OrderOption,
    console,
    say,
    workbench,
    write_json,
)
from counterfoil.entrypoints.views.lien_views import lien_line, lien_object
from counterfoil.usecases.bills.discharge_bill import discharge_bill
from counterfoil.usecases.bills.endorse_bill import endorse_bill
from counterfoil.usecases.bills.force_bill_transfer import force_bill_transfer
from counterfoil.usecases.bills.freeze_bill import freeze_bill
from counterfoil.usecases.bills.issue_bill import BillDocument, issue_bill
from counterfoil.usecases.bills.list_bills import BillSheet, list_bills, show_bill
from counterfoil.usecases.bills.reinstate_bill import reinstate_bill
from counterfoil.usecases.bills.revoke_surrender import revoke_surrender
from counterfoil.usecases.bills.surrender_bill import surrender_bill
from counterfoil.usecases.bills.switch_bill import switch_bill
from counterfoil.usecases.bills.unfreeze_bill import unfreeze_bill
from counterfoil.usecases.goods_resolving import find_bill, good_of_key, good_text

bill_app = typer.Typer(help="Bills of lading.", no_args_is_help=True)

CodeOption = Annotated[
    str, typer.Option("--carrier-code", help="SCAC of the carrier that numbered it: MAEU.")
]
NumberOption = Annotated[str, typer.Option(help="As printed on the bill, in any spelling.")]
FromOption = Annotated[str, typer.Option("--from", help="Port of loading.")]
PortOption = Annotated[str, typer.Option("--to", help="Port of discharge.")]
VesselOption = Annotated[str, typer.Option(help="Name of the ship.")]
VoyageOption = Annotated[str, typer.Option(help="Number of the voyage.")]
ConsigneeOption = Annotated[str, typer.Option(help="As printed.")]
MarksOption = Annotated[str, typer.Option(help="Marks on the goods.")]
SealsOption = Annotated[list[str] | None, typer.Option("--seal", help="Of a container; repeat for more.")]


@bill_app.command()
def issue(
    context: typer.Context,
    *,
    actor: ActorOption,
    shipper: Annotated[str, typer.Option(metavar="PARTY", help="The first holder.")],
    carrier_code: CodeOption,
    number: NumberOption,
    good: Annotated[str, typer.Option(metavar="CODE:GRADE:UNIT[:DECIMALS]", help="What is on board.")],
    quantity: Annotated[str, typer.Option(help="Of the good's unit.")],
    loading: FromOption,
    discharge_at: PortOption,
    name: Annotated[str, typer.Option(help="The good in words.")] = "",
    vessel: VesselOption = "",
    voyage: VoyageOption = "",
    consignee: ConsigneeOption = "to order",
    marks: MarksOption = "",
    seals: SealsOption = None,
) -> None:
    """Issue a bill to its shipper, as the carrier; its number is used once for ever."""
    kind = _good(good, name)
    document = BillDocument(
        carrier_code=carrier_code,
        number=number,
        good=kind,
        quantity=kind.quantity(quantity),
        port_of_loading=loading,
        port_of_discharge=discharge_at,
        vessel=vessel,
        voyage=voyage,
        consignee=consignee,
        marks=marks,
        seals=tuple(seals or ()),
    )
    with workbench(context) as bench:
        opened = issue_bill(bench, actor=actor, shipper=shipper, document=document)
    say(
        f"Bill {opened.bill_id}: {document.quantity} of {good_text(kind)} on {carrier_code} {number}.", opened
    )


def _good(text: str, name: str) -> Good:
    parts = [part.strip() for part in text.split(":")]
    if len(parts) not in (3, 4) or (len(parts) == 4 and not parts[3].isdecimal()):
        raise typer.BadParameter(f"--good: {text!r} is not CODE:GRADE:UNIT[:DECIMALS]")
    decimals = int(parts[3]) if len(parts) == 4 else None
    return Good(code=parts[0], grade=parts[1], unit=Unit.of(parts[2], decimals=decimals), name=name)


@bill_app.command()
def endorse(
    context: typer.Context,
    bill: BillArgument,
    *,
    actor: ActorOption,
    to: Annotated[str, typer.Option(metavar="PARTY", help="The endorsee.")],
    reference: Annotated[str, typer.Option(help="Order, contract or invoice behind it.")],
) -> None:
    """Endorse a bill, as its holder."""
    with workbench(context) as bench:
        outcome = endorse_bill(bench, actor=actor, bill_id=bill, to=to, reference=reference)
    say(f"Bill {bill} is endorsed.", outcome)


@bill_app.command()
def surrender(context: typer.Context, bill: BillArgument, *, actor: ActorOption, order: OrderOption) -> None:
    """Give a bill back to its carrier, as the holder."""
    with workbench(context) as bench:
        outcome = surrender_bill(bench, actor=actor, bill_id=bill, order=order)
    say(f"Bill {bill} is surrendered.", outcome)


@bill_app.command()
def revoke(context: typer.Context, bill: BillArgument, *, actor: ActorOption) -> None:
    """Take a surrendered bill back, as the holder."""
    with workbench(context) as bench:
        outcome = revoke_surrender(bench, actor=actor, bill_id=bill)
    say(f"The surrender of bill {bill} is revoked.", outcome)


@bill_app.command()
def switch(
    context: typer.Context,
    bill: BillArgument,
    *,
    actor: ActorOption,
    carrier_code: CodeOption,
    number: NumberOption,
    loading: FromOption,
    discharge_at: PortOption,
    vessel: VesselOption = "",
    voyage: VoyageOption = "",
    consignee: ConsigneeOption = "to order",
    marks: MarksOption = "",
    seals: SealsOption = None,
) -> None:
    """Replace a surrendered bill by one with another number, as the carrier; goods and holder stay."""
    with workbench(context) as bench:
        former = find_bill(bench, bill)
        good = good_of_key(bench, former.good)
        if good is None:
            raise typer.BadParameter(f"the good of bill {bill} is not known here")
        document = BillDocument(
            carrier_code=carrier_code,
            number=number,
            good=good,
            quantity=Quantity(former.quantity, good.unit),
            port_of_loading=loading,
            port_of_discharge=discharge_at,
            vessel=vessel,
            voyage=voyage,
            consignee=consignee,
            marks=marks,
            seals=tuple(seals or ()),
        )
        opened = switch_bill(bench, actor=actor, bill_id=bill, document=document)
    say(f"Bill {bill} is switched for bill {opened.bill_id}, {carrier_code} {number}.", opened)


@bill_app.command()
def discharge(
    context: typer.Context,
    bill: BillArgument,
    *,
    actor: ActorOption,
    receipt: Annotated[int, typer.Option(min=1, help="The draft that the keeper made for the holder.")],
) -> None:
    """End a surrendered bill in the receipt of its goods, as the carrier."""
    with workbench(context) as bench:
        outcome = discharge_bill(bench, actor=actor, bill_id=bill, receipt_id=receipt)
    say(f"Bill {bill} ended in receipt {receipt}.", outcome)


@bill_app.command()
def freeze(context: typer.Context, bill: BillArgument, *, order: OrderOption) -> None:
    """Stop a bill, as the arbiter."""
    with workbench(context) as bench:
        say(f"Bill {bill} is frozen.", freeze_bill(bench, bill_id=bill, order=order))


@bill_app.command()
def unfreeze(context: typer.Context, bill: BillArgument, *, order: OrderOption) -> None:
    """End a freeze, as the arbiter."""
    with workbench(context) as bench:
        say(f"Bill {bill} is no longer frozen.", unfreeze_bill(bench, bill_id=bill, order=order))


@bill_app.command("force-transfer")
def force_transfer(
    context: typer.Context,
    bill: BillArgument,
    *,
    to: Annotated[str, typer.Option(metavar="PARTY", help="Whom the court names.")],
    order: OrderOption,
) -> None:
    """Execute a court's order over title, as the arbiter."""
    with workbench(context) as bench:
        outcome = force_bill_transfer(bench, bill_id=bill, to=to, order=order)
    say(f"Bill {bill} is transferred by order.", outcome)


@bill_app.command()
def reinstate(context: typer.Context, bill: BillArgument, *, order: OrderOption) -> None:
    """Let a bill whose receipt never came to be be issued again, as the arbiter."""
    with workbench(context) as bench:
        say(f"Bill {bill} is issued again.", reinstate_bill(bench, bill_id=bill, order=order))


@bill_app.command()
def show(context: typer.Context, bill: BillArgument, *, as_json: JsonOption = False) -> None:
    """A bill with its endorsements and liens."""
    with workbench(context) as bench:
        sheet = show_bill(bench, bill_id=bill)
    if as_json:
        write_json(_object(sheet))
        return
    say(f"Bill {bill}: {sheet.quantity}, {sheet.state.name.lower()}")
    say(f"number:   {sheet.carrier_code or ''} {sheet.number or 'kept by another member'}".rstrip())
    say(f"good:     {'' if sheet.good is None else good_text(sheet.good)}")
    say(f"carrier:  {sheet.bill.carrier_id} {sheet.carrier_name}")
    say(f"shipper:  {sheet.bill.shipper_id} {sheet.shipper_name}")
    for step in sheet.endorsements:
        how = "by order" if step.by_order else "endorsed"
        say(f"{how}: {step.at:%Y-%m-%d %H:%M} UTC to {step.to_name} (party {step.to_id})")
    say(f"holder:   {sheet.bill.holder_id} {sheet.holder_name}")
    for lien in sheet.liens:
        say(f"lien:     {lien_line(lien)}")
    if sheet.bill.replaces_id:
        say(f"replaces: bill {sheet.bill.replaces_id}")
    if sheet.bill.receipt_id:
        say(f"ended in: receipt {sheet.bill.receipt_id}")


@bill_app.command("list")
def list_all(context: typer.Context, *, as_json: JsonOption = False) -> None:
    """Every bill, with its holder and state."""
    with workbench(context) as bench:
        sheets = list_bills(bench)
    if as_json:
        write_json([_object(sheet) for sheet in sheets])
        return
    table = Table("no.", "number", "good", "quantity", "carrier", "holder", "state")
    for sheet in sheets:
        table.add_row(
            str(sheet.bill.bill_id),
            escape(f"{sheet.carrier_code or ''} {sheet.number or ''}".strip()),
            escape("" if sheet.good is None else good_text(sheet.good)),
            sheet.quantity,
            escape(sheet.carrier_name),
            escape(sheet.holder_name),
            sheet.state.name.lower(),
        )
    console.print(table)


def _object(sheet: BillSheet) -> dict[str, object]:
    bill = sheet.bill
    return {
        "bill_id": bill.bill_id,
        "number": sheet.number,
        "carrier_code": sheet.carrier_code,
        "state": sheet.state.name.lower(),
        "good": None if sheet.good is None else good_text(sheet.good),
        "quantity": sheet.quantity.split(" ", maxsplit=1)[0],
        "holder": {"party_id": bill.holder_id, "name": sheet.holder_name},
        "carrier": {"party_id": bill.carrier_id, "name": sheet.carrier_name},
        "shipper": {"party_id": bill.shipper_id, "name": sheet.shipper_name},
        "endorsements": [
            {"at": step.at.isoformat(), "to": step.to_id, "by_order": step.by_order}
            for step in sheet.endorsements
        ],
        "replaces": bill.replaces_id,
        "receipt": bill.receipt_id,
        "liens": [lien_object(each) for each in sheet.liens],
    }

"""`counterfoil lien`: pledges over lots, receipts and bills of lading alike."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from counterfoil.domain.lot import ASSET_KIND_LOT, ASSET_KIND_RECEIPT
from counterfoil.domain.money import Currency
from counterfoil.entrypoints.cli.receipt_title import SealedByOption, SealOption
from counterfoil.entrypoints.receipt_options import (
    BatchOption,
    BayOption,
    LotOption,
    PiecesOption,
    SerialOption,
    place_of_part,
)
from counterfoil.entrypoints.seal_file import read_seal
from counterfoil.entrypoints.session import (
    ActorOption,
    AssetArgument,
    JsonOption,
    OrderOption,
    ReasonOption,
    console,
    parse_amount,
    registered_now,
    say,
    workbench,
    write_json,
)
from counterfoil.entrypoints.views.lien_views import lien_line, lien_object
from counterfoil.usecases.goods_resolving import asset_text, currency_of_asset, find_asset
from counterfoil.usecases.liens.accept_substitute import accept_substitute
from counterfoil.usecases.liens.enforce_by_order import enforce_by_order
from counterfoil.usecases.liens.lien_history import lien_history, list_liens
from counterfoil.usecases.liens.lien_priority import PrioritySheet, lien_priority
from counterfoil.usecases.liens.pledge_asset import pledge_asset
from counterfoil.usecases.liens.propose_substitute import propose_substitute
from counterfoil.usecases.liens.release_lien import release_lien
from counterfoil.usecases.liens.release_part import release_part_of_lot, release_part_of_receipt
from counterfoil.usecases.liens.transfer_pledge import transfer_pledge
from counterfoil.usecases.receipts.sealing import SealedSplit

lien_app = typer.Typer(help="Pledges of lots, receipts and bills of lading.", no_args_is_help=True)

AgreementOption = Annotated[str, typer.Option(help="The agreement; the ledger has its hash.")]
RegistrationOption = Annotated[str, typer.Option(help="Reference of the public registry; it is dated now.")]
ReplacementArgument = Annotated[str, typer.Argument(metavar="REPLACEMENT", help="The other asset.")]


@lien_app.command()
def pledge(
    context: typer.Context,
    asset: AssetArgument,
    *,
    actor: ActorOption,
    to: Annotated[str, typer.Option(metavar="PARTY", help="The pledgee.")],
    secured: Annotated[str, typer.Option(help="Secured amount, for example 5000.00.")],
    agreement: AgreementOption,
    registration: RegistrationOption = "",
    currency: Annotated[
        str | None, typer.Option(help="Three letters; only for a bill, which has none of its own.")
    ] = None,
) -> None:
    """Pledge an asset for a claim outside the ledger, as its holder."""
    with workbench(context) as bench:
        asset_id = find_asset(bench, asset)
        unit = currency_of_asset(bench, asset_id, currency)
        outcome = pledge_asset(
            bench,
            actor=actor,
            asset=asset_id,
            pledgee=to,
            secured_minor=parse_amount(secured, unit, field="--secured"),
            agreement=agreement,
            registration=registration,
            registered_at=registered_now(bench, registration),
            currency=currency,
        )
    say(f"{asset_text(asset_id)} is pledged.", outcome)


@lien_app.command()
def release(
    context: typer.Context, asset: AssetArgument, *, actor: ActorOption, reason: ReasonOption
) -> None:
    """Give a lien up, as its pledgee."""
    with workbench(context) as bench:
        outcome = release_lien(bench, actor=actor, asset=asset, reason=reason)
    say(f"{asset} is free of the lien.", outcome)


@lien_app.command("release-part")
def release_a_part(
    context: typer.Context,
    asset: AssetArgument,
    *,
    actor: ActorOption,
    reason: ReasonOption,
    amount: Annotated[str, typer.Option(help="Of a lot: how much goes free, for example 400.00.")] = "",
    quantity: Annotated[str, typer.Option(help="Of a receipt: how much goes free, for example 12.500.")] = "",
    lots: LotOption = None,
    pieces: PiecesOption = None,
    bay: BayOption = "",
    batch: BatchOption = "",
    serial: SerialOption = "",
    sealed_by: SealedByOption = None,
    seal: SealOption = None,
) -> None:
    """Give a part of an asset free, as its pledgee; the lien goes on over the rest."""
    brought = None if seal is None else read_seal(seal, SealedSplit)
    with workbench(context) as bench:
        asset_id = find_asset(bench, asset)
        if asset_id.kind == ASSET_KIND_LOT:
            if not amount:
                raise typer.BadParameter("--amount: say how much of the lot goes free")
            currency = currency_of_asset(bench, asset_id)
            released = release_part_of_lot(
                bench,
                actor=actor,
                lot=asset_id.lot_id,
                freed_minor=parse_amount(amount, currency, field="--amount"),
                reason=reason,
            )
        elif asset_id.kind == ASSET_KIND_RECEIPT:
            if not quantity and not lots and brought is None:
                raise typer.BadParameter("--quantity: say how much of the receipt goes free, or which --lot")
            released = release_part_of_receipt(
                bench,
                actor=actor,
                receipt_id=asset_id.receipt_id,
                quantity=quantity,
                lots=lots or (),
                reason=reason,
                pieces=pieces,
                cut_to=place_of_part(bay=bay, batch=batch, serial=serial),
                sealed_by=sealed_by,
                seal=brought,
            )
        else:
            raise typer.BadParameter(f"{asset}: a bill of lading is released as a whole")
    say(f"{asset_text(released.freed)} is free; the lien goes on over {asset_text(released.kept)}.", released)


@lien_app.command()
def propose(
    context: typer.Context, asset: AssetArgument, replacement: ReplacementArgument, *, actor: ActorOption
) -> None:
    """Offer another asset in place of a pledged one, as the pledgor."""
    with workbench(context) as bench:
        outcome = propose_substitute(bench, actor=actor, asset=asset, replacement=replacement)
    say(f"{replacement} is offered in place of {asset}.", outcome)


@lien_app.command()
def accept(
    context: typer.Context,
    asset: AssetArgument,
    replacement: ReplacementArgument,
    *,
    actor: ActorOption,
    agreement: AgreementOption,
    registration: RegistrationOption = "",
) -> None:
    """Take a proposed substitute, as the pledgee: the new lien is placed and the old one released at once."""
    with workbench(context) as bench:
        outcome = accept_substitute(
            bench,
            actor=actor,
            asset=asset,
            replacement=replacement,
            agreement=agreement,
            registration=registration,
            registered_at=registered_now(bench, registration),
        )
    say(f"{replacement} is pledged and {asset} is free.", outcome)


@lien_app.command()
def transfer(
    context: typer.Context,
    asset: AssetArgument,
    *,
    actor: ActorOption,
    to: Annotated[str, typer.Option(metavar="PARTY", help="The new pledgee.")],
    agreement: AgreementOption,
    registration: RegistrationOption = "",
) -> None:
    """Transfer a claim outside the ledger with its lien, as the pledgee."""
    with workbench(context) as bench:
        outcome = transfer_pledge(
            bench,
            actor=actor,
            asset=asset,
            to=to,
            agreement=agreement,
            registration=registration,
            registered_at=registered_now(bench, registration),
        )
    say(f"The lien on {asset} has another pledgee.", outcome)


@lien_app.command()
def enforce(
    context: typer.Context,
    asset: AssetArgument,
    *,
    to: Annotated[str, typer.Option(metavar="PARTY", help="To whom it was sold or awarded.")],
    order: OrderOption,
) -> None:
    """Execute an order over a pledged asset, as the arbiter."""
    with workbench(context) as bench:
        outcome = enforce_by_order(bench, asset=asset, to=to, order=order)
    say(f"{asset} went to {to}; its lien is enforced.", outcome)


@lien_app.command("list")
def list_all(context: typer.Context, *, as_json: JsonOption = False) -> None:
    """Every lien ever placed."""
    with workbench(context) as bench:
        sheets = list_liens(bench)
    if as_json:
        write_json([lien_object(sheet) for sheet in sheets])
        return
    table = Table("asset", "no.", "pledgee", "pledgor", "secured", "state", "since", "until")
    for sheet in sheets:
        lien = sheet.lien
        table.add_row(
            sheet.asset,
            str(lien.sequence),
            escape(sheet.pledgee_name),
            escape(sheet.pledgor_name),
            _amount(sheet.currency, lien.secured_minor),
            lien.state.name.lower(),
            f"{sheet.placed_at:%Y-%m-%d %H:%M}",
            "" if sheet.ended_at is None else f"{sheet.ended_at:%Y-%m-%d %H:%M}",
        )
    console.print(table)


def _amount(currency: Currency | None, minor: int) -> str:
    return f"{minor} minor units" if currency is None else currency.format(minor)


@lien_app.command()
def history(context: typer.Context, asset: AssetArgument, *, as_json: JsonOption = False) -> None:
    """The liens of an asset, and of what it was cut from, each with its end and the reason."""
    with workbench(context) as bench:
        sheets = lien_history(bench, asset=asset)
    if as_json:
        write_json([lien_object(sheet) for sheet in sheets])
        return
    for sheet in sheets:
        say(f"{sheet.asset}: {lien_line(sheet)}")
    if not sheets:
        say(f"{asset} never carried a lien.")


@lien_app.command()
def priority(context: typer.Context, asset: AssetArgument, *, as_json: JsonOption = False) -> None:
    """The order among the claims on an asset, with the rule and the reason for each place."""
    with workbench(context) as bench:
        sheet = lien_priority(bench, asset=asset)
    if as_json:
        write_json(_priority_object(sheet))
        return
    for place in sheet.ranking.places:
        for claim in place.claims:
            holder = sheet.holders.get(claim.reference, claim.reference)
            say(f"{place.number}. {holder}: {place.reason} ({place.rule.rule_id}, {place.rule.source})")
    for without in sheet.ranking.without_right:
        holder = sheet.holders.get(without.claim.reference, without.claim.reference)
        say(f"-  {holder}: {without.reason} ({without.rule.rule_id}, {without.rule.source})")
    if not sheet.ranking.places and not sheet.ranking.without_right:
        say(f"Nobody claims {sheet.asset}.")


def _priority_object(sheet: PrioritySheet) -> dict[str, object]:
    return {
        "asset": sheet.asset,
        "places": [
            {
                "place": place.number,
                "claims": [
                    {"reference": claim.reference, "holder": sheet.holders.get(claim.reference)}
                    for claim in place.claims
                ],
                "rule": place.rule.rule_id,
                "source": place.rule.source,
                "reason": place.reason,
            }
            for place in sheet.ranking.places
        ],
        "without_right": [
            {
                "reference": each.claim.reference,
                "holder": sheet.holders.get(each.claim.reference),
                "rule": each.rule.rule_id,
                "reason": each.reason,
            }
            for each in sheet.ranking.without_right
        ],
    }

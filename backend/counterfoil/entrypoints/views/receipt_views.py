"""How a receipt is shown: as JSON, and as a sheet."""

from __future__ import annotations

from datetime import UTC, datetime

from counterfoil.domain.state.facility_valuation import BPS
from counterfoil.entrypoints.session import say
from counterfoil.entrypoints.views.lien_views import lien_line, lien_object
from counterfoil.usecases.goods_resolving import good_text
from counterfoil.usecases.receipts.receipt_lots import LotBehind
from counterfoil.usecases.receipts.show_receipt import ReceiptSheet


def receipt_object(sheet: ReceiptSheet) -> dict[str, object]:
    """A receipt for programs. Quantities are decimals as text, amounts minor units."""
    receipt, stock = sheet.receipt, sheet.stock
    return {
        "receipt_id": receipt.receipt_id,
        "state": sheet.state.name.lower(),
        "good": None if stock.good is None else good_text(stock.good),
        "quantity": sheet.quantity.split(" ", maxsplit=1)[0],
        "unit": None if stock.good is None else stock.good.unit.code,
        "holder": {"party_id": receipt.holder_id, "name": sheet.holder_name},
        "keeper": {"party_id": receipt.keeper_id, "name": sheet.keeper_name},
        "depositor": {"party_id": receipt.depositor_id, "name": sheet.depositor_name},
        "inspector": None
        if receipt.inspector_id is None
        else {"party_id": receipt.inspector_id, "name": sheet.inspector_name},
        "attested_at": None if sheet.attested_at is None else sheet.attested_at.isoformat(),
        "stock_id": receipt.stock_id,
        "stock_attested_at_s": stock.stock.attested_at_s,
        "stock_fresh": stock.fresh,
        "currency": sheet.currency.code,
        "value_minor": receipt.value_minor,
        "price_minor": None if sheet.price is None else sheet.price.price_minor,
        "price_currency": None if sheet.price is None else sheet.price_currency.code,
        "ltv_bps": sheet.ltv_bps,
        "pledge_consent": receipt.pledge_consent,
        "blocked": sheet.blocked,
        "physical_lots": [] if sheet.lots is None else [_lot_object(each) for each in sheet.lots],
        "title": [
            {"at": step.at.isoformat(), "how": step.how, "holder": step.holder_id} for step in sheet.title
        ],
        "liens": [lien_object(each) for each in sheet.liens],
    }


def _lot_object(behind: LotBehind) -> dict[str, object]:
    lot = behind.lot
    return {
        "key": behind.key.hex(),
        "label": lot.label,
        "quantity": str(lot.quantity).split(" ", maxsplit=1)[0],
        "site": lot.site.code,
        "bay": lot.bay,
        "batch": lot.batch,
    }


def print_receipt(sheet: ReceiptSheet, *, now: datetime) -> None:
    """The receipt's facts, its title, its liens and its lots."""
    receipt = sheet.receipt
    say(f"Receipt {receipt.receipt_id}: {sheet.quantity}, {sheet.state.name.lower()}")
    for label, value in _facts(sheet, now):
        say(f"{label + ':':<12}{value}")
    for step in sheet.title:
        holder = f"{step.holder_name} (party {step.holder_id})"
        say(f"title:      {step.at:%Y-%m-%d %H:%M} UTC  {step.how}  {holder}")
    for lien in sheet.liens:
        say(f"lien:       {lien_line(lien)}")
    if not sheet.liens:
        say("lien:       none was ever placed")
    if sheet.lots is None:
        say("lots:       described by another member")
    for behind in sheet.lots or ():
        place = f"bay {behind.lot.bay}" if behind.lot.bay and behind.lot.is_numbered else ""
        say(f"lot:        {behind.lot.label}  {behind.lot.quantity}  {place}".rstrip())


def _facts(sheet: ReceiptSheet, now: datetime) -> list[tuple[str, str]]:
    receipt, stock = sheet.receipt, sheet.stock
    good = (
        stock.stock.good.hex() if stock.good is None else f"{good_text(stock.good)} {stock.good.name}".strip()
    )
    site = "" if stock.site is None else f" at {stock.site.code}"
    found = [
        ("good", f"{good}{site}"),
        ("holder", f"{receipt.holder_id} {sheet.holder_name}"),
        ("keeper", f"{receipt.keeper_id} {sheet.keeper_name}"),
        ("value", sheet.currency.format(receipt.value_minor)),
        ("attested", _attested(sheet, now)),
        ("stock", _counted(sheet, now)),
        (
            "pledges",
            "sealed by the keeper in advance" if receipt.pledge_consent else "not sealed by the keeper",
        ),
    ]
    if sheet.price is not None:
        found.append(("price", _priced(sheet, now)))
    if sheet.ltv_bps is not None:
        found.append(("LTV", f"{sheet.ltv_bps * 100 / BPS:.2f} % of the facility's value"))
    if sheet.blocked:
        found.append(("blocked", "a lien registered elsewhere seems to cover it"))
    return found


def _attested(sheet: ReceiptSheet, now: datetime) -> str:
    if sheet.attested_at is None:
        return "not attested"
    return f"by {sheet.inspector_name}, {_age(sheet.attested_at, now)}"


def _counted(sheet: ReceiptSheet, now: datetime) -> str:
    stock = sheet.stock.stock
    if stock.attested_at_s == 0:
        return "never counted"
    counted_at = datetime.fromtimestamp(stock.attested_at_s, UTC)
    fresh = "fresh" if sheet.stock.fresh else "over its age limit"
    counted, under = sheet.stock.amount(stock.attested), sheet.stock.amount(stock.receipted)
    return f"{counted} counted {_age(counted_at, now)}, {fresh}; {under} under receipts"


def _priced(sheet: ReceiptSheet, now: datetime) -> str:
    if sheet.price is None:
        return ""
    price = sheet.price_currency.format(sheet.price.price_minor)
    observed = datetime.fromtimestamp(sheet.price.observed_at_s, UTC)
    return f"{price} a unit by {sheet.price_source_name}, observed {_age(observed, now)}"


def _age(at: datetime, now: datetime) -> str:
    days = (now - at).days
    return f"{at:%Y-%m-%d %H:%M} UTC ({days} days ago)"

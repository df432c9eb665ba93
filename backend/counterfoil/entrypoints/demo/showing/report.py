"""The report for people: one HTML file that needs no network and no script."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from importlib.resources import files

from lxml import etree

from counterfoil.domain.money import Currency
from counterfoil.entrypoints.demo.life import Lived
from counterfoil.entrypoints.demo.showing import report_tables as tables
from counterfoil.entrypoints.demo.showing.markup import element, name
from counterfoil.entrypoints.demo.showing.range_picture import range_picture
from counterfoil.entrypoints.demo.showing.report_goods import goods_section, liens_rows, stored_and_delivered
from counterfoil.entrypoints.demo.showing.result import DemoResult
from counterfoil.entrypoints.demo.showing.table_shape import names_by_party
from counterfoil.entrypoints.demo.showing.tier_picture import tier_picture
from counterfoil.usecases.notes.show_note import NoteSheet

_LINES = (
    ("confirmed", "confirmed by the debtor"),
    ("assigned", "passed on to a supplier"),
    ("sold", "sold at a discount"),
    ("pledged", "pledged for a loan"),
)


def report_html(lived: Lived, *, made_at: datetime) -> str:
    """The whole page. made_at: shown in the title line."""
    result = lived.result
    names = names_by_party(result)
    page = element(
        "html",
        element(
            "head",
            element("meta", charset="utf-8"),
            element("meta", name="viewport", content="width=device-width, initial-scale=1"),
            element("title", "Counterfoil: from invoices to settled notes"),
            element(
                "style",
                files("counterfoil.entrypoints.demo.showing").joinpath("report.css").read_text("utf-8"),
            ),
        ),
        element(
            "body",
            element(
                "main",
                _header(result, made_at),
                _tiles(result),
                _tiers(lived),
                _notes(lived.sheets, result),
                goods_section(result, names),
                _tabled(result, names),
                element(
                    "footer",
                    "Keys, cash and the advance of the clock are those of a demonstration; no money moved."
                    " Amounts are exact to the minor unit.",
                ),
            ),
        ),
        lang="en",
    )
    written: str = etree.tostring(page, method="html", encoding="unicode", doctype="<!DOCTYPE html>")
    return written


def _header(result: DemoResult, made_at: datetime) -> etree._Element:
    held = sum(check.ok for check in result.checks)
    good = result.holds
    verdict = f"All {held} checks hold" if good else f"{len(result.checks) - held} checks do not hold"
    return element(
        "header",
        element(
            "div",
            element("h1", "From invoices to settled notes"),
            element(
                "div", f"Counterfoil demonstration, {made_at:%Y-%m-%d %H:%M} UTC, engine {result.engine}"
            ),
        ),
        element("span", verdict, class_=f"verdict {'good' if good else 'bad'}"),
    )


def _tiles(result: DemoResult) -> etree._Element:
    faces: Counter[str] = Counter()
    for note in result.notes:
        faces[note.currency] += note.face_minor
    lots = sum(len(note.lots) for note in result.notes)
    deepest = max((party.tier or 0 for party in result.parties), default=0)
    suppliers = sum("supplier" in party.roles for party in result.parties)
    drawn: Counter[str] = Counter()
    for financing in result.financings:
        drawn[financing.currency] += financing.drawdown_minor
    for facility in result.facilities:
        drawn[facility.currency] += facility.drawdown_minor
    paid = {each.currency: each.paid_minor for each in result.settlement.by_currency}
    refused = len(result.rejected) + len(result.refusals)
    return element(
        "div",
        _tile("Confirmed notes", _sums(faces), f"{len(result.notes)} notes, now {lots} lots"),
        _tile("Supply chain", [f"{deepest} tiers"], f"{suppliers} suppliers"),
        _tile("Financed", _sums(drawn), f"{len(result.financings) + len(result.facilities)} financings"),
        _goods_tile(result),
        _tile("Settled", _sums(paid), f"to {len(result.settlement.received_by)} parties, to the cent"),
        _tile(
            "Refused",
            [str(refused)],
            f"{len(result.rejected)} documents, {len(result.refusals)} attempts on the ledger",
        ),
        class_="tiles",
    )


def _goods_tile(result: DemoResult) -> etree._Element | None:
    if not result.receipts:
        return None
    stored, delivered = stored_and_delivered(result)
    more = f"{len(result.receipts)} warehouse receipts"
    return _tile("In store", stored, f"{more}; delivered {', '.join(delivered)}" if delivered else more)


def _sums(by_currency: Counter[str] | dict[str, int]) -> list[str]:
    return [Currency.of(code).format(minor) for code, minor in sorted(by_currency.items())] or ["none"]


def _tile(label: str, figures: list[str], more: str) -> etree._Element:
    return element(
        "div",
        element("div", label, class_="label"),
        [element("div", figure, class_="figure") for figure in figures],
        element("div", more, class_="more"),
        class_="tile",
    )


def _section(title: str, explanation: str, *content: object) -> etree._Element:
    return element("section", element("h2", title), element("p", explanation), content)


def _tiers(lived: Lived) -> etree._Element | None:
    picture = tier_picture(lived.result, lived.moves)
    if picture is None:
        return None
    legend = [
        element(
            "span",
            element(
                "svg",
                element("path", class_=f"edge {kind}", d="M 0 5 H 34", stroke_width=4),
                viewBox="0 0 34 10",
            ),
            text,
        )
        for kind, text in _LINES
    ]
    return _section(
        "Tier tree",
        "A core enterprise's confirmed debt travels to the suppliers of its suppliers. The thicker a line,"
        " the more it carries; a box shows what settlement paid in the end.",
        element("div", legend, class_="legend"),
        element("div", picture, class_="wide"),
    )


def _notes(sheets: tuple[NoteSheet, ...], result: DemoResult) -> etree._Element | None:
    shown = [sheet for sheet in sheets if sheet.lots]
    if not shown:
        return None
    funders = frozenset(party.id for party in result.parties if "funder" in party.roles)
    content = []
    for sheet in shown:
        numbers = ", ".join(record.invoice.number for record in sheet.invoices)
        content.append(
            element(
                "h3",
                f"Note {sheet.note.note_id}",
                element("span", sheet.currency.format(sheet.note.face_minor)),
                element("span", "invoice ", name(numbers), class_="fact"),
                element("span", "owed by ", name(sheet.debtor_name), class_="fact"),
                element("span", f"due {sheet.maturity_at:%Y-%m-%d}", class_="fact"),
                tables.state(sheet.note.state.name),
            )
        )
        content.append(range_picture(sheet, funders))
        content.append(tables.lots_table(sheet))
    return _section(
        "Notes and lots",
        "A note of N minor units is the range 1 to N. A split cuts a range; every cent has one holder. Each"
        " bar shows the whole note at the top and the lots that it was cut into below.",
        content,
    )


def _tabled(result: DemoResult, names: dict[int, str]) -> list[etree._Element]:
    found = []
    if result.financings:
        found.append(
            _section(
                "Financing",
                "The effective annual cost counts every payment on its day, compounded over 365 days.",
                tables.financings_table(result, names),
            )
        )
    if result.liens:
        found.append(
            _section(
                "Liens",
                "One registry for notes and receipts: every lien ever placed, and when it ended.",
                liens_rows(result, names),
            )
        )
    if result.settlement.by_currency:
        found.append(
            _section(
                "Settlement",
                "The debtors paid at maturity; each payment reached the holders of record, a pledgee before"
                " its pledgor, netted to one amount a party and note.",
                tables.settlement_table(result, names),
            )
        )
    if result.refusals:
        found.append(
            _section(
                "Refused by the ledger",
                "Each of these was really tried, with the right keys, and the ledger said no.",
                tables.refusals_table(result),
            )
        )
    if result.rejected:
        found.append(
            _section(
                "Refused documents",
                "No note stands on these documents. The run went on without them.",
                tables.rejected_table(result),
            )
        )
    if result.unpaid:
        found.append(
            _section(
                "Not paid with notes",
                "What suppliers owe each other beyond what they hold; nothing of it was lost.",
                tables.unpaid_table(result, names),
            )
        )
    if result.remarks:
        found.append(
            element(
                "section",
                element("h2", "Remarks"),
                element("ul", [element("li", name(each)) for each in result.remarks]),
            )
        )
    found.append(
        _section(
            "Checks of the books",
            "The invariants on the state, the state against the contracts' views, the events against both.",
            tables.checks_table(result),
        )
    )
    found.append(_section("Parties", "Every party acts with its own key.", tables.parties_table(result)))
    if result.gas:
        found.append(
            _section("Gas", "Measured on this run; the gas price is zero.", tables.gas_table(result))
        )
    return found

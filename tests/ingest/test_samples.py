"""The sample set: every file does what samples/README.md says, and together they are one supply chain."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from pypdf import PdfReader

from counterfoil.domain.invoices.invoice import IdScheme, Invoice, InvoiceFormat, InvoiceType, Severity
from counterfoil.domain.invoices.invoice_number import canonical_invoice_number
from counterfoil.domain.party_id import check_digit_holds
from counterfoil.ingest.reader import read_invoice

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "samples"
GENERATOR = ROOT / "scripts" / "make_samples.py"

CORE = "91320594MA9LC07W4B"
JIANGLING, QICHEN = "91320281MA9JL41TX0", "91440101MA9QC58K0D"
BOYUE, RONGJIN = "91330411MA9BY26C03", "91320481MA9RJ73G0R"
HENGXI, SHENGYUAN, QINGHE = "91330421MA9HX19P3Q", "91340503MA9XY64N90", "91330482MA9QH35R0R"
NORDWERK, VALTENNA = "5299000CFNRDWRK04T84", "IT73914520488"
HARZFELD, VAN_DER_LINDE = "DE361904737", "NL861930472B01"
TIERS = {
    CORE: 0,
    **dict.fromkeys((JIANGLING, QICHEN, NORDWERK), 1),
    **dict.fromkeys((BOYUE, RONGJIN, VALTENNA, HARZFELD), 2),
    **dict.fromkeys((HENGXI, SHENGYUAN, VAN_DER_LINDE), 3),
    QINGHE: 4,
}
F, T = InvoiceFormat, InvoiceType


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table in samples/README.md."""

    file: str
    format: InvoiceFormat
    type: InvoiceType
    number: str
    seller: str
    buyer: str
    currency: str
    payable_minor: int
    due: date | None


TABLE = [
    Row("01-jiangling-lanchuan.xml", F.CN_EINVOICE, T.INVOICE, "26322000000418705316", JIANGLING, CORE,
        "CNY", 293216072, None),
    Row("02-jiangling-lanchuan-red-letter.xml", F.CN_EINVOICE, T.CREDIT_NOTE, "26322000000431190427",
        JIANGLING, CORE, "CNY", 7708006, None),
    Row("03-qichen-lanchuan.ofd", F.CN_OFD, T.INVOICE, "26442000000752066984", QICHEN, CORE,
        "CNY", 199731023, None),
    Row("04-boyue-jiangling.xml", F.CN_MOF, T.INVOICE, "26332000000390571268", BOYUE, JIANGLING,
        "CNY", 116382994, None),
    Row("05-rongjin-jiangling.ubl.xml", F.UBL, T.INVOICE, "20260918-RJ7", RONGJIN, JIANGLING,
        "CNY", 64238902, date(2027, 1, 16)),
    Row("06-rongjin-qichen.ofd", F.CN_OFD, T.INVOICE, "26322000000377420953", RONGJIN, QICHEN,
        "CNY", 74597323, None),
    Row("07-hengxi-boyue.cii.xml", F.CII, T.INVOICE, "HX-2026-10-0357", HENGXI, BOYUE,
        "CNY", 37107279, date(2027, 1, 22)),
    Row("08-shengyuan-rongjin.xml", F.CN_EINVOICE, T.INVOICE, "26342000000205836641", SHENGYUAN, RONGJIN,
        "CNY", 28787414, None),
    Row("09-qinghe-hengxi.xml", F.CN_MOF, T.INVOICE, "26332000000341907725", QINGHE, HENGXI,
        "CNY", 11482392, None),
    Row("10-nordwerk-lanchuan.pdf", F.FACTUR_X, T.INVOICE, "NW-2026-11-0042", NORDWERK, CORE,
        "EUR", 46052536, date(2027, 3, 3)),
    Row("11-nordwerk-lanchuan.ubl.xml", F.UBL, T.INVOICE, "NW-2026-11-0051", NORDWERK, CORE,
        "EUR", 7821445, date(2027, 5, 9)),
    Row("12-valtenna-nordwerk.sbdh.xml", F.UBL, T.INVOICE, "OV/2026/00417", VALTENNA, NORDWERK,
        "EUR", 14127072, date(2026, 12, 31)),
    Row("13-harzfeld-nordwerk.cii.xml", F.CII, T.INVOICE, "R26-1093", HARZFELD, NORDWERK,
        "EUR", 7618923, date(2026, 12, 6)),
    Row("14-van-der-linde-valtenna.ubl.xml", F.UBL, T.INVOICE, "2026.0934", VAN_DER_LINDE, VALTENNA,
        "EUR", 3721986, date(2026, 12, 9)),
    Row("15-rongjin-jiangling-again.cii.xml", F.CII, T.INVOICE, "００２０２６０９１８-ｒｊ７",  # noqa: RUF001 the full width is the point
        RONGJIN, JIANGLING, "CNY", 64238902, date(2027, 1, 16)),
]  # fmt: skip
BROKEN = "16-download-cut-short.xml"


def sample(name: str) -> Invoice:
    """The invoice in one sample file."""
    result = read_invoice((SAMPLES / "invoices" / name).read_bytes())
    assert result.invoice is not None, result.findings
    return result.invoice


def party_id(invoice: Invoice, side: str) -> str:
    """The strongest identifier of the seller or the buyer."""
    identifier = getattr(invoice, side).identifier
    assert identifier is not None
    return str(identifier.value)


@pytest.fixture(scope="module")
def chain() -> list[Invoice]:
    """Every invoice once: without the duplicate and the broken file."""
    return [sample(row.file) for row in TABLE[:-1]]


def test_table_names_every_file() -> None:
    present = sorted(path.name for path in (SAMPLES / "invoices").iterdir())
    assert present == [*(row.file for row in TABLE), BROKEN]


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.file)
def test_each_file_reads_as_the_table_says(row: Row) -> None:
    invoice = sample(row.file)

    assert (invoice.format, invoice.type, invoice.number) == (row.format, row.type, row.number)
    assert (party_id(invoice, "seller"), party_id(invoice, "buyer")) == (row.seller, row.buyer)
    assert (invoice.currency.code, invoice.payable_minor) == (row.currency, row.payable_minor)
    assert invoice.due_date == row.due
    assert [found for found in invoice.findings if found.severity is Severity.ERROR] == []


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.file)
def test_the_readme_shows_the_same_row(row: Row) -> None:
    readme = (SAMPLES / "README.md").read_text(encoding="utf-8")
    (line,) = [line for line in readme.splitlines() if line.startswith(f"| {row.file} ")]
    assert f" {row.number} " in line
    assert f" {Decimal(row.payable_minor).scaleb(-2):,} {row.currency} " in line


def test_broken_file_is_refused_because_it_is_cut_short() -> None:
    result = read_invoice((SAMPLES / "invoices" / BROKEN).read_bytes())
    assert result.invoice is None
    assert [found.code for found in result.findings] == ["XmlMalformed"]


def test_duplicate_is_the_same_invoice_in_another_spelling_and_format() -> None:
    original, again = sample("05-rongjin-jiangling.ubl.xml"), sample("15-rongjin-jiangling-again.cii.xml")
    assert (original.number, original.format) != (again.number, again.format)
    assert canonical_invoice_number(original.number) == canonical_invoice_number(again.number)
    assert party_id(original, "seller") == party_id(again, "seller")
    assert original.payable_minor == again.payable_minor


def test_no_other_two_files_are_the_same_invoice(chain: list[Invoice]) -> None:
    keys = [(party_id(one, "seller"), canonical_invoice_number(one.number)) for one in chain]
    assert len(set(keys)) == len(keys)


def test_credit_note_names_an_invoice_between_the_same_parties(chain: list[Invoice]) -> None:
    (credit,) = [one for one in chain if one.type is T.CREDIT_NOTE]
    (named,) = credit.preceding_invoices
    (original,) = [one for one in chain if one.number == named.number]
    assert (credit.seller, credit.buyer) == (original.seller, original.buyer)
    assert 0 < credit.payable_minor < original.payable_minor
    assert credit.issue_date > original.issue_date


def test_every_format_occurs() -> None:
    # A table is a form that uploads have, not a document that somebody was sent.
    assert {row.format for row in TABLE} == set(InvoiceFormat) - {InvoiceFormat.TABLE}
    assert (
        b"StandardBusinessDocument" in (SAMPLES / "invoices" / "12-valtenna-nordwerk.sbdh.xml").read_bytes()
    )
    attached = [
        any(name.endswith("original_invoice.xml") for name in zipfile.ZipFile(path).namelist())
        for path in sorted((SAMPLES / "invoices").glob("*.ofd"))
    ]
    assert attached == [True, False]


def test_one_party_has_one_name_and_one_identifier(chain: list[Invoice]) -> None:
    names: dict[str, set[str]] = defaultdict(set)
    for invoice in chain:
        for side in ("seller", "buyer"):
            names[party_id(invoice, side)].add(getattr(invoice, side).name)
    assert {identifier: len(found) for identifier, found in names.items()} == dict.fromkeys(TIERS, 1)


def test_every_identifier_passes_its_own_check(chain: list[Invoice]) -> None:
    checked = defaultdict(int)
    for invoice in chain:
        for party in (invoice.seller, invoice.buyer):
            for identifier in party.identifiers:
                assert check_digit_holds(identifier) is not False, identifier
                checked[identifier.scheme] += 1
    assert {IdScheme.USCC, IdScheme.LEI, IdScheme.VAT, IdScheme.GLN} <= set(checked)


def test_tiers_follow_from_the_invoices(chain: list[Invoice]) -> None:
    customers: dict[str, set[str]] = defaultdict(set)
    for invoice in chain:
        customers[party_id(invoice, "seller")].add(party_id(invoice, "buyer"))
    buyers = {party_id(invoice, "buyer") for invoice in chain}

    assert buyers - set(customers) == {CORE}
    for seller, their_customers in customers.items():
        assert {TIERS[customer] for customer in their_customers} == {TIERS[seller] - 1}
    assert customers[RONGJIN] == {JIANGLING, QICHEN}
    assert {seller for seller, found in customers.items() if JIANGLING in found} == {BOYUE, RONGJIN}
    assert {invoice.currency.code for invoice in chain} == {"CNY", "EUR"}


def test_every_supplier_is_owed_more_than_it_owes(chain: list[Invoice]) -> None:
    balance: dict[tuple[str, str], int] = defaultdict(int)
    for invoice in chain:
        amount = -invoice.payable_minor if invoice.type is T.CREDIT_NOTE else invoice.payable_minor
        balance[party_id(invoice, "seller"), invoice.currency.code] += amount
        balance[party_id(invoice, "buyer"), invoice.currency.code] -= amount
    assert {holder for (holder, _), minor in balance.items() if minor <= 0} == {CORE}


def test_terms_run_from_60_to_180_days(chain: list[Invoice]) -> None:
    days = {(one.due_date - one.issue_date).days for one in chain if one.due_date is not None}
    assert min(days) == 60
    assert max(days) == 180


def test_plan_can_be_carried_out(chain: list[Invoice]) -> None:
    """Walk through the plan with a plain book of holdings: nobody gives what it does not hold."""
    known = {party_id(one, side): getattr(one, side).name for one in chain for side in ("seller", "buyer")}
    known[HARZFELD], known["DE347081522"] = known[HARZFELD], known[NORDWERK]
    by_name = {name: identifier for identifier, name in known.items() if identifier != "DE347081522"}
    holdings: dict[tuple[str, str], int] = defaultdict(int)
    for one in chain:
        credit = one.type is T.CREDIT_NOTE
        number = one.preceding_invoices[0].number if credit else one.number
        holdings[number, party_id(one, "seller")] += -one.payable_minor if credit else one.payable_minor

    plan: dict[str, Any] = yaml.safe_load((SAMPLES / "plan.yaml").read_text(encoding="utf-8"))
    for split in plan["splits"]:
        holder = by_name[known.get(split["by"], split["by"])]
        held = holdings[split["invoice"], holder]
        for part in split["to"]:
            assert part["reference"]
            assert ("amount" in part) != ("share" in part)
            if "amount" in part:
                minor = int(Decimal(part["amount"]).scaleb(2))
            else:
                share = Decimal(part["share"].removesuffix("%")) / 100
                minor = int((held * share).to_integral_value(rounding=ROUND_DOWN))
            receiver = by_name[known.get(part["party"], part["party"])]
            assert TIERS[receiver] == TIERS[holder] + 1
            holdings[split["invoice"], holder] -= minor
            holdings[split["invoice"], receiver] += minor
            assert minor > 0
            assert holdings[split["invoice"], holder] >= 0
    deepest = max(TIERS[holder] for (number, holder), minor in holdings.items() if minor)
    assert deepest == 4


def generate(*arguments: str) -> None:
    """Run the generator as a developer does."""
    command = [sys.executable, "-W", "error", str(GENERATOR), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def content(path: Path) -> object:
    """What has to be the same after regeneration; compressed bytes may differ with the library's version."""
    raw = path.read_bytes()
    if path.suffix == ".ofd":
        package = zipfile.ZipFile(io.BytesIO(raw))
        return {name: package.read(name) for name in package.namelist()}
    if path.suffix == ".pdf":
        pdf = PdfReader(io.BytesIO(raw))
        return (
            dict(pdf.attachments),
            pdf.pages[0].extract_text(),
            pdf.trailer["/Root"]["/Metadata"].get_data(),
        )
    return raw


def test_generator_gives_the_same_files(tmp_path: Path) -> None:
    generate(str(tmp_path))
    made = sorted(tmp_path.iterdir())
    assert [path.name for path in made] == [*(row.file for row in TABLE), BROKEN]
    for path in made:
        assert content(path) == content(SAMPLES / "invoices" / path.name), path.name


def test_generator_makes_as_many_valid_and_different_ubl_files_as_asked(tmp_path: Path) -> None:
    generate("--many", "60", str(tmp_path))
    results = [read_invoice(path.read_bytes()) for path in tmp_path.iterdir()]
    assert len(results) == 60
    assert all(result.format is F.UBL and not result.refused for result in results)
    assert len({result.invoice.number for result in results if result.invoice}) == 60
    assert len({result.invoice.payable_minor for result in results if result.invoice}) > 50

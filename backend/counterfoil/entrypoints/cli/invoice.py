"""`counterfoil invoice`: reading invoices, one at a time, without touching chain or store."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from counterfoil.domain.invoices.invoice import Finding, Invoice, InvoiceParty, Severity
from counterfoil.domain.invoices.invoice_findings import FILE_UNREADABLE, TOO_LARGE, found
from counterfoil.ingest.reader import ReadLimits, ReadResult, read_invoice

invoice_app = typer.Typer(help="Read and check invoices.", no_args_is_help=True)

_LIMITS = ReadLimits()
_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "dim"}


@invoice_app.callback()
def invoice() -> None:
    """Keeps `read` a command of its own while it is the only one."""


@invoice_app.command()
def read(
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="Files, or directories, which are read recursively."),
    ],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line, as it is read.")] = False,
) -> None:
    """Read invoices of any supported format and say what is wrong with them.

    The exit code is 1 if any document was refused, 0 otherwise. Warnings do not count.
    """
    results = ((path, _read_file(path)) for path in _files(paths))
    refused = _print_json(results) if as_json else _print_table(results)
    raise typer.Exit(1 if refused else 0)


def _files(paths: list[Path]) -> Iterator[Path]:
    """The files named, and those below the directories named, in the order of their names."""
    for path in paths:
        if path.is_dir():
            # os.walk order differs between file systems; sorting one directory at a time stays small.
            yield from _below(path)
        else:
            yield path


def _below(directory: Path) -> Iterator[Path]:
    try:
        entries = sorted(directory.iterdir())
    except OSError:
        yield directory  # reading it says why
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir() and not entry.is_symlink():
            yield from _below(entry)
        elif entry.is_file():
            yield entry


def _read_file(path: Path) -> ReadResult:
    """Read one file, at most one byte beyond the limit, so that a huge one costs nothing."""
    try:
        if not path.is_file():
            reason = "there is no such file" if not path.exists() else "it is not an ordinary file"
            return _refused(path, found(FILE_UNREADABLE, "file", reason=reason))
        with path.open("rb") as stream:
            content = stream.read(_LIMITS.max_bytes + 1)
    except OSError as error:
        return _refused(path, found(FILE_UNREADABLE, "file", reason=error.strerror or str(error)))
    if len(content) > _LIMITS.max_bytes:
        return _refused(path, found(TOO_LARGE, "document", what="the file", limit_bytes=_LIMITS.max_bytes))
    return read_invoice(content, file_name=path.name, limits=_LIMITS)


def _refused(path: Path, finding: Finding) -> ReadResult:
    return ReadResult(invoice=None, format=None, findings=(finding,), file_name=path.name)


def _print_json(results: Iterator[tuple[Path, ReadResult]]) -> int:
    refused = 0
    for path, result in results:
        typer.echo(json.dumps(result_object(path, result), ensure_ascii=False))
        refused += result.refused
    return refused


def result_object(path: Path, result: ReadResult) -> dict[str, object]:
    """One line of `--json`: amounts in minor units, dates as ISO 8601, null for what is not known."""
    found_invoice = result.invoice
    return {
        "file": str(path),
        "format": result.format,
        "number": found_invoice.number if found_invoice else None,
        "type": found_invoice.type if found_invoice else None,
        "issue_date": found_invoice.issue_date.isoformat() if found_invoice else None,
        "due_date": _due(found_invoice),
        "currency": found_invoice.currency.code if found_invoice else None,
        "seller": _party_object(found_invoice.seller) if found_invoice else None,
        "buyer": _party_object(found_invoice.buyer) if found_invoice else None,
        "payable_minor": found_invoice.payable_minor if found_invoice else None,
        "references": [
            {
                "kind": reference.kind,
                "number": reference.number,
                "issue_date": reference.issue_date.isoformat() if reference.issue_date else None,
            }
            for reference in (found_invoice.references if found_invoice else ())
        ],
        "findings": [
            {
                "code": finding.code,
                "severity": finding.severity,
                "field": finding.field,
                "message": finding.message,
            }
            for finding in result.findings
        ],
    }


def _due(found_invoice: Invoice | None) -> str | None:
    if found_invoice is None or found_invoice.due_date is None:
        return None
    return found_invoice.due_date.isoformat()


def _party_object(party: InvoiceParty) -> dict[str, str | None]:
    return {"name": party.name, "id": party.identifier.value if party.identifier else None}


def _print_table(results: Iterator[tuple[Path, ReadResult]]) -> int:
    """Rows are kept until the end, because a table needs its widths; `--json` keeps nothing."""
    console = Console()
    table = Table(title="Invoices", title_justify="left")
    for heading in ("file", "number", "from -> to", "due"):
        table.add_column(heading, overflow="fold")
    table.add_column("payable", justify="right")
    table.add_column("result", no_wrap=True)
    refused = count = 0
    notes: list[str] = []
    for path, result in results:
        count += 1
        refused += result.refused
        table.add_row(*_cells(path, result))
        notes += _notes(path, result)
    if count:
        console.print(table)
    for note in notes:
        console.print(note, highlight=False, soft_wrap=True)
    console.print(f"{count} read, {count - refused} accepted, {refused} refused")
    return refused


def _cells(path: Path, result: ReadResult) -> list[str]:
    verdict = "[red]refused[/]" if result.refused else "[green]accepted[/]"
    found_invoice = result.invoice
    if found_invoice is None:
        return [_label(path, result), "", "", "", "", verdict]
    payable = found_invoice.currency.format(found_invoice.payable_minor)
    return [
        _label(path, result),
        escape(found_invoice.number),
        escape(f"{found_invoice.seller.name} -> {found_invoice.buyer.name}"),
        _due(found_invoice) or "",
        payable,
        verdict,
    ]


def _label(path: Path, result: ReadResult) -> str:
    """The file's name and, small below it, what it is; control characters of a hostile name are shown."""
    return f"{_shown_name(path)}\n[dim]{result.format or 'unknown format'}[/]"


def _shown_name(path: Path) -> str:
    return escape("".join(mark if mark.isprintable() else "\ufffd" for mark in path.name))


def _notes(path: Path, result: ReadResult) -> list[str]:
    """The findings of a document in plain words, errors first; INFO only where it was refused."""
    shown = [note for note in result.findings if result.refused or note.severity is not Severity.INFO]
    shown.sort(key=lambda note: list(_COLOURS).index(note.severity))
    return [
        f"[{_COLOURS[note.severity]}]{note.severity}[/] {_shown_name(path)}: "
        f"{escape(note.message)} [dim]({note.code}, {escape(note.field)})[/]"
        for note in shown
    ]

"""`counterfoil external-lien`: extracts of public registries, matches with the ledger, blocks, decisions."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from counterfoil.domain.errors import error_spec
from counterfoil.domain.external_liens.lien_evidence import MatchGrade
from counterfoil.entrypoints.session import JsonOption, console, say, workbench, write_json
from counterfoil.ingest.external_lien_entry import parse_zone
from counterfoil.ingest.external_liens import DEFAULT_LIMITS, read_external_liens
from counterfoil.ports.external_liens import MatchState, RowFault
from counterfoil.usecases.external_liens.block_matched_assets import block_matched_assets
from counterfoil.usecases.external_liens.import_external_liens import import_external_liens
from counterfoil.usecases.external_liens.list_external_matches import MatchSheet, list_external_matches
from counterfoil.usecases.external_liens.match_external_liens import match_external_liens
from counterfoil.usecases.external_liens.resolve_external_match import resolve_external_match

external_lien_app = typer.Typer(
    help="Liens registered elsewhere: extracts, matches, blocks and decisions.", no_args_is_help=True
)

_HASH_SHOWN = 12


@external_lien_app.command("import")
def import_file(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False)],
    *,
    registry: Annotated[
        str | None, typer.Option(help="Whose numbers they are, for rows that do not say.")
    ] = None,
    time_zone: Annotated[
        str | None, typer.Option(metavar="+08:00", help="Of times without an offset; none: they are refused.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Read an extract, CSV or JSON, and keep its registrations. Importing it again changes nothing.

    The exit code is 1 if any row was refused; the other rows are kept all the same.
    """
    try:
        zone = None if time_zone is None else parse_zone(time_zone)
    except ValueError as unfit:
        raise typer.BadParameter(f"--time-zone: {unfit}") from unfit
    with path.open("rb") as stream:
        content = stream.read(DEFAULT_LIMITS.max_bytes + 1)
    extract = read_external_liens(content, registry=registry, zone=zone)
    with workbench(context) as bench:
        imported = import_external_liens(bench, file_name=path.name, extract=extract)
    if as_json:
        write_json(
            {
                "file": path.name,
                "encoding": extract.encoding,
                "added": len(imported.added),
                "known": imported.known_count,
                "faults": [_fault_object(each) for each in imported.faults],
            }
        )
    else:
        for each in imported.faults:
            verdict = "warning" if each.is_warning else "refused"
            say(f"{verdict}  {_shown_name(path)}{_place(each)}: {each.reason} ({each.code})")
        say(f"{len(imported.added)} registrations are new, {imported.known_count} were known.")
    if imported.refused_count:
        raise typer.Exit(1)


@external_lien_app.command()
def match(
    context: typer.Context,
    *,
    block: Annotated[bool, typer.Option(help="Block the assets that were matched, as the examiner.")] = True,
    at_least: Annotated[
        MatchGrade, typer.Option(help="Block matches of this grade and stronger ones.")
    ] = MatchGrade.POSSIBLE,
    as_json: JsonOption = False,
) -> None:
    """Compare the registrations with the ledger; matched assets take no new pledge until it is resolved."""
    with workbench(context) as bench:
        matched = match_external_liens(bench)
        blocked = block_matched_assets(bench, at_least=at_least) if block else None
    if as_json:
        write_json(
            {
                "liens": matched.lien_count,
                "assets": matched.asset_count,
                "found": [each.match_hash.hex() for each in matched.found],
                "known": matched.known_count,
                "blocked": [] if blocked is None else [each.match_hash.hex() for each in blocked.blocked],
                "not_blocked": []
                if blocked is None
                else [each.match_hash.hex() for each in blocked.not_blocked],
            }
        )
        return
    say(
        f"{matched.lien_count} registrations and {matched.asset_count} assets compared:"
        f" {len(matched.found)} new matches, {matched.known_count} known."
    )
    if blocked is not None:
        say(f"{len(blocked.blocked)} blocks were set.", blocked if blocked.receipts else None)
        for each in blocked.not_blocked:
            say(f"Match {each.match_hash.hex()[:_HASH_SHOWN]}: its asset has as many blocks as fit already.")


@external_lien_app.command("list")
def list_all(
    context: typer.Context,
    *,
    state: Annotated[MatchState | None, typer.Option(help="Only matches in this state.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Matches with their grades, reasons and decisions."""
    with workbench(context) as bench:
        sheets = list_external_matches(bench, state=state)
    if as_json:
        write_json([_sheet_object(sheet) for sheet in sheets])
        return
    table = Table("match", "asset", "grade", "registration", "why", "state")
    for sheet in sheets:
        why = "\n".join(
            f"{reason.field.value} {reason.score}: {reason.lien_text}" for reason in sheet.match.reasons
        )
        table.add_row(
            sheet.match.match_hash.hex()[:_HASH_SHOWN],
            sheet.asset,
            sheet.match.grade.value,
            escape(f"{sheet.lien.registration_number}\n{sheet.lien.registry}\n{sheet.lien.secured_party}"),
            escape(why),
            f"{sheet.match.state.value}{', blocking' if sheet.is_blocking else ''}",
        )
    console.print(table)


@external_lien_app.command()
def resolve(
    context: typer.Context,
    match_hash: Annotated[str, typer.Argument(metavar="MATCH", help="Its hash, or eight characters of it.")],
    *,
    upheld: Annotated[
        bool, typer.Option("--upheld/--dismissed", help="The other lien is real, or is on something else.")
    ],
    reason: Annotated[str, typer.Option(help="Why; the ledger has its hash.")],
    decided_by: Annotated[str, typer.Option("--by", help="Who decided, for the record.")],
) -> None:
    """Decide a match, as the arbiter: dismissed lifts the block, upheld keeps it."""
    with workbench(context) as bench:
        outcome = resolve_external_match(
            bench, match=match_hash, upheld=upheld, reason=reason, decided_by=decided_by
        )
    say(
        f"Match {match_hash} is {'upheld: the block stays' if upheld else 'dismissed: the block is lifted'}.",
        outcome,
    )


def _shown_name(path: Path) -> str:
    """The file's name; what a terminal would obey in a hostile one is shown as a mark."""
    return "".join(mark if mark.isprintable() else "\ufffd" for mark in path.name)


def _place(fault: RowFault) -> str:
    line = f", line {fault.line}" if fault.line else ""
    return f"{line}, {fault.field}"


def _fault_object(fault: RowFault) -> dict[str, object]:
    spec = error_spec(fault.code)
    return {
        "line": fault.line,
        "field": fault.field,
        "code": fault.code,
        "reason": fault.reason,
        "remedy": "" if spec is None else spec.remedy,
        "severity": "warning" if fault.is_warning else "error",
    }


def _sheet_object(sheet: MatchSheet) -> dict[str, object]:
    decided = sheet.match.resolution
    return {
        "match": sheet.match.match_hash.hex(),
        "asset": sheet.asset,
        "grade": sheet.match.grade.value,
        "score": sheet.match.score,
        "state": sheet.match.state.value,
        "blocking": sheet.is_blocking,
        "superseded": sheet.is_superseded,
        "registry": sheet.lien.registry,
        "registration_number": sheet.lien.registration_number,
        "registered_at": sheet.lien.registered_at.isoformat(),
        "debtor": sheet.lien.debtor.name,
        "secured_party": sheet.lien.secured_party,
        "reasons": [
            {
                "field": reason.field.value,
                "exact": reason.is_exact,
                "score": reason.score,
                "lien": reason.lien_text,
                "asset": reason.asset_text,
            }
            for reason in sheet.match.reasons
        ],
        "decision": None
        if decided is None
        else {"reason": decided.reason, "by": decided.by, "at": decided.at.isoformat()},
    }

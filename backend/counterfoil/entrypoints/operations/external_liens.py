"""Operations of the examiner and the arbiter over liens that are registered elsewhere."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from counterfoil.domain.external_liens.lien_evidence import MatchGrade
from counterfoil.domain.states import Office
from counterfoil.entrypoints.operations.fields import LongText, Text
from counterfoil.entrypoints.operations.invoices import FileRef
from counterfoil.entrypoints.operations.operation import (
    Body,
    Desk,
    Operation,
    goes_on_until_nothing_is_sent,
)
from counterfoil.ingest.external_lien_entry import parse_zone
from counterfoil.ingest.external_liens import read_external_liens
from counterfoil.usecases.external_liens.block_matched_assets import block_matched_assets
from counterfoil.usecases.external_liens.import_external_liens import import_external_liens
from counterfoil.usecases.external_liens.match_external_liens import match_external_liens
from counterfoil.usecases.external_liens.resolve_external_match import resolve_external_match

RESOURCE = "external liens"
_MOST_FAULTS = 1_000


class ImportExternalLiens(Body):
    """Keep the registrations of an extract, CSV or JSON, as the examiner. The same again changes nothing."""

    file: FileRef
    registry: Annotated[
        Text | None,
        Field(description="Whose numbers they are, for rows that do not say.", examples=["ZDW"]),
    ] = None
    time_zone: Annotated[
        str | None,
        StringConstraints(pattern=r"^[+-][0-9]{2}:[0-5][0-9]$"),
        Field(description="Of times without an offset; left out: they are refused.", examples=["+08:00"]),
    ] = None


class MatchExternalLiens(Body):
    """Compare the registrations in force with everything on the ledger, as the examiner."""


class BlockMatchedAssets(Body):
    """Set a block for every open match that has none, as the examiner: no new pledge until it is decided."""

    at_least: Annotated[
        MatchGrade,
        Field(strict=False, description="Matches of this grade and stronger ones.", examples=["possible"]),
    ] = MatchGrade.POSSIBLE


class ResolveExternalMatch(Body):
    """Decide a match, as the arbiter: dismissed lifts the block, upheld keeps it."""

    match_hash: Annotated[
        str,
        StringConstraints(pattern=r"^[0-9a-f]{64}$"),
        Field(description="The match.", examples=["cd" * 32]),
    ]
    upheld: Annotated[
        bool,
        Field(description="Whether the other lien is real and on this asset.", examples=[False]),
    ]
    reason: Annotated[
        LongText,
        Field(
            description="Why. Kept, the ledger has its hash.",
            examples=["The registration is over another coil"],
        ),
    ]
    decided_by: Annotated[Text, Field(description="Who decided, for the record.", examples=["M. Brandt"])]


def _import(desk: Desk, body: ImportExternalLiens) -> dict[str, Any]:
    extract = read_external_liens(
        desk.read_file(body.file.content_sha256),
        registry=body.registry,
        zone=None if body.time_zone is None else parse_zone(body.time_zone),
    )
    imported = import_external_liens(desk.bench, file_name=body.file.name, extract=extract)
    return {
        "file": body.file.name,
        "added": len(imported.added),
        "known": imported.known_count,
        "refused": imported.refused_count,
        "faults": [
            {
                "line": fault.line,
                "field": fault.field,
                "code": fault.code,
                "detail": fault.reason,
                "is_warning": fault.is_warning,
            }
            for fault in imported.faults[:_MOST_FAULTS]
        ],
    }


def _match(desk: Desk, _body: MatchExternalLiens) -> dict[str, Any]:
    matched = match_external_liens(desk.bench)
    return {
        "registrations": matched.lien_count,
        "assets": matched.asset_count,
        "found": [each.match_hash.hex() for each in matched.found],
        "known": matched.known_count,
    }


OPERATIONS = (
    Operation(
        name="import_external_liens",
        resource=RESOURCE,
        path="/external-liens/import",
        summary="Import an extract of a registry",
        body=ImportExternalLiens,
        office=Office.EXAMINER,
        run=_import,
        sentence=lambda _desk, body: f"Import the registrations in {body.file.name}",
        on_chain=False,
        takes_files=True,
    ),
    Operation(
        name="match_external_liens",
        resource=RESOURCE,
        path="/external-liens/match",
        summary="Match registrations with the ledger",
        body=MatchExternalLiens,
        office=Office.EXAMINER,
        run=_match,
        sentence=lambda _desk, _body: "Compare the registrations in force with everything on the ledger",
        on_chain=False,
    ),
    Operation(
        name="block_matched_assets",
        resource=RESOURCE,
        path="/external-liens/block",
        summary="Block matched assets",
        body=BlockMatchedAssets,
        office=Office.EXAMINER,
        run=lambda desk, body: block_matched_assets(desk.bench, at_least=body.at_least),
        sentence=lambda _desk, body: f"Block the assets of open matches of grade {body.at_least} or stronger",
        goes_on=goes_on_until_nothing_is_sent,
    ),
    Operation(
        name="resolve_external_match",
        resource=RESOURCE,
        path="/external-liens/matches/{match_hash}/resolve",
        summary="Decide a match",
        body=ResolveExternalMatch,
        office=Office.ARBITER,
        run=lambda desk, body: resolve_external_match(
            desk.bench,
            match=body.match_hash,
            upheld=body.upheld,
            reason=body.reason,
            decided_by=body.decided_by,
            completing=desk.steps_done > 0,
        ),
        sentence=lambda _desk, body: (
            f"{'Uphold' if body.upheld else 'Dismiss'} match {body.match_hash[:12]}: {body.reason}"
        ),
        goes_on=goes_on_until_nothing_is_sent,
    ),
)

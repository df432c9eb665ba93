"""What each rule check costs: the operation with the check less the operation without it.

scripts/bench/gas/measure --rule-checks   writes results/rule_checks.json and docs/figures/rule_checks.md

Each check is taken out of the source by its exact text and the contract compiled again, which takes half a
minute a check; so this is measured on demand, and the result says which build it belongs to. What a check
reads is counted as its own only where nothing else in the operation needs it. Taking code out moves the
optimizer's choices a little: differences below about 50 gas are noise, and a negative one is nothing else.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import solcx
from consortium import shipped_artifact
from meter import Meter
from operations import Operations

from counterfoil.chain.compiler import BUILD_RECORD, standard_json_input

REPOSITORY = Path(__file__).resolve().parents[3]
SNAPSHOT = REPOSITORY / "scripts" / "bench" / "results" / "rule_checks.json"
PAGE = REPOSITORY / "docs" / "figures" / "rule_checks.md"
BATCH = 100
TRANSFER = "transfer a whole lot"
SPLIT = f"split to {BATCH} new holders"
PROPOSE = "propose a note over 1 invoice(s)"
CONFIRM = "confirm a note over 1 invoice(s)"
PLEDGE = "pledge a lot"
LOAN = "accept a loan: draw down and pledge"
SETTLE = f"settle with {BATCH} holders"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One rule, the operations that pass it, and its text in one source file of a contract."""

    rule: str
    contract: str
    source: str
    text: str
    operations: tuple[str, ...]
    without: str = ""


CHECKS = (
    Check(
        rule="a suspended party does nothing",
        contract="Ledger",
        source="Parties",
        text="if (record.suspended) revert PartySuspended(record.party);",
        operations=(TRANSFER, SPLIT),
    ),
    Check(
        rule="the note is live and not matured",
        contract="Ledger",
        source="Lots",
        text="if (!word.isLive() || block.timestamp >= word.maturityOf()) revert NoteNotTransferable(note);",
        operations=(TRANSFER, SPLIT),
    ),
    Check(
        rule="the lot is in the state that the step needs: not pledged, offered or split",
        contract="Ledger",
        source="Lots",
        text="_requireLot(lot, word.lotAt(shift), expected);",
        operations=(TRANSFER, SPLIT),
    ),
    Check(
        rule="only the holder moves a lot",
        contract="Ledger",
        source="Lots",
        text="if (holder != actor) revert NotHolder(lot, actor, holder);",
        operations=(TRANSFER, SPLIT),
    ),
    Check(
        rule="an assignment states its trade background",
        contract="Ledger",
        source="Lots",
        text="if (background == 0) revert TradeBackgroundMissing();",
        operations=(TRANSFER, SPLIT),
    ),
    Check(
        rule="nothing is assigned to the debtor",
        contract="Ledger",
        source="Lots",
        text="if (holder == debtor) revert AssigneeIsDebtor(lot.noteOf());",
        operations=(SPLIT,),
    ),
    Check(
        rule="the assignee has accepted in advance",
        contract="Ledger",
        source="Lots",
        text="if (_openTo(to, debtor)) {",
        without="if (to != debtor) {",
        operations=(TRANSFER,),
    ),
    Check(
        rule="the assignees have accepted in advance",
        contract="Ledger",
        source="Lots",
        text="if (!_bit(openBits, holder) && !_openToDebtorOnly(holder, debtor)) {",
        without="if (holder == debtor) {",
        operations=(SPLIT,),
    ),
    Check(
        rule="the children of a split add up to the lot",
        contract="Ledger",
        source="Lots",
        text="if (childrenLast != last) revert SplitDoesNotAddUp"
        "(lot, last - first + 1, childrenLast - first + 1);",
        operations=(SPLIT,),
    ),
    Check(
        rule="only creditor or debtor propose",
        contract="Ledger",
        source="Notes",
        text="if (!byDebtor && actor != creditor) revert NotThisParty(actor, creditor);",
        operations=(PROPOSE,),
    ),
    Check(
        rule="the debtor is a core enterprise",
        contract="Ledger",
        source="Notes",
        text="if (_requireParty(debtor) & ROLE_CORE_ENTERPRISE == 0) {",
        without="if (debtor == creditor) {",
        operations=(PROPOSE,),
    ),
    Check(
        rule="notes over an invoice stay within its capacity",
        contract="Ledger",
        source="Invoices",
        text="if (amount > available) revert InvoiceCapacityExceeded(fingerprint, available, amount);",
        operations=(PROPOSE,),
    ),
    Check(
        rule="the shares are kept, to be stated again when capacity is given back",
        contract="Ledger",
        source="Notes",
        text="_invoicesHashes[note] = _hash(proposal.invoices);",
        operations=(PROPOSE,),
    ),
    Check(
        rule="only the side that did not propose confirms",
        contract="Ledger",
        source="Notes",
        text="_requireActor(word.byDebtorOf() ? word.creditorOf() : word.debtorOf());",
        operations=(CONFIRM,),
    ),
    Check(
        rule="the confirmation states the face",
        contract="Ledger",
        source="Notes",
        text="if (word.faceOf() != faceMinor) revert FaceUnlike(note, word.faceOf(), faceMinor);",
        operations=(CONFIRM,),
    ),
    Check(
        rule="an asset carries one lien at most",
        contract="LienRegistry",
        source="LienRegistry",
        text="if (lien.state == LienState.Active) revert AssetEncumbered(asset);",
        operations=(PLEDGE, LOAN),
    ),
    Check(
        rule="the pledgee is a party",
        contract="LienRegistry",
        source="LienRegistry",
        text="if (!_partyExists(agreed.pledgee)) revert PledgeeUnknown(agreed.pledgee);",
        operations=(PLEDGE, LOAN),
    ),
    Check(
        rule="a suspended funder buys and lends nothing",
        contract="Financing",
        source="Financing",
        text="if (!LEDGER.isActive(offer.funder)) revert IParties.PartySuspended(offer.funder);",
        operations=(LOAN,),
    ),
    Check(
        rule="only the debtor settles",
        contract="Ledger",
        source="NotePayments",
        text="if (word.debtorOf() != payer) revert NotDebtor(note, payer);",
        operations=(SETTLE,),
    ),
    Check(
        rule="a settlement passes nobody over",
        contract="Ledger",
        source="NotePayments",
        text="if (first != round.cursor + 1) revert LotsNotContiguous(from, round.cursor + 1, first);",
        operations=(SETTLE,),
    ),
)


def _without(check: Check) -> dict[str, Any]:
    """The contract's artifact without the check, wherever its text stands; raises where it stands nowhere."""
    standard_json = standard_json_input(repository=REPOSITORY)
    source = standard_json["sources"][f"contracts/{check.source}.sol"]
    if check.text not in source["content"]:
        raise RuntimeError(f"{check.source}.sol no longer has the text of the check '{check.rule}'")
    source["content"] = source["content"].replace(check.text, check.without)
    unit = f"contracts/{check.contract}.sol"
    standard_json["settings"]["outputSelection"] = {unit: {check.contract: ["abi", "evm.bytecode.object"]}}
    output = solcx.compile_standard(standard_json, solc_binary=REPOSITORY / "scripts" / "solc")
    contract = output["contracts"][unit][check.contract]
    return {"abi": contract["abi"], "bytecode": contract["evm"]["bytecode"]["object"]}


def _gas(variant: dict[str, dict[str, Any]], wanted: set[str]) -> dict[str, int]:
    """Gas of the wanted operations, with these contracts in place of the shipped ones.

    Stops at the last of them, because a later one may need the check that was taken out.
    """
    found: dict[str, int] = {}
    with tempfile.TemporaryDirectory() as directory:
        meter = Meter(Path(directory) / "chain")
        try:
            operations = Operations(
                meter, artifact=lambda name: variant.get(name) or shipped_artifact(name), batches=(BATCH,)
            )
            for reading in operations.measure():
                found[reading.operation] = reading.gas
                if wanted <= found.keys():
                    break
        finally:
            meter.close()
    return found


def _rows() -> Iterator[dict[str, Any]]:
    whole = _gas({}, {operation for check in CHECKS for operation in check.operations})
    for check in CHECKS:
        part = _gas({check.contract: _without(check)}, set(check.operations))
        for operation in check.operations:
            yield {
                "rule": check.rule,
                "operation": operation,
                "gas_of_check": whole[operation] - part[operation],
                "gas_of_operation": whole[operation],
            }


def write_rule_checks() -> None:
    """Measures all checks, and writes the result and its page."""
    rows = []
    for row in _rows():
        print(
            f"{row['gas_of_check']:>7,} of {row['gas_of_operation']:>9,}  {row['operation']}: {row['rule']}"
        )
        rows.append(row)
    build = hashlib.sha256(BUILD_RECORD.read_bytes()).hexdigest()
    SNAPSHOT.write_text(
        json.dumps({"build_record_sha256": build, "rows": rows}, indent=1) + "\n", encoding="utf-8"
    )
    lines = [
        "# What the rule checks cost",
        "",
        "The gas of an operation less the gas of the same operation without the check. Written by",
        "`scripts/bench/gas/measure --rule-checks`, which takes each check out of the source and compiles",
        "again. A check that asks what the operation reads anyway costs next to nothing: that is why notes",
        "and lots are packed as they are. Differences below about 50 gas are the optimizer's.",
        "",
        "| rule | operation | check | operation in all |",
        "|---|---|--:|--:|",
        *(
            f"| {row['rule']} | {row['operation']} | {row['gas_of_check']:,} | {row['gas_of_operation']:,} |"
            for row in rows
        ),
    ]
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text("\n".join(lines) + "\n", encoding="utf-8")

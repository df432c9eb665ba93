"""Acts of the council in words, and who may do what as a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from rich.markup import escape
from rich.table import Table

from counterfoil.domain.states import PartyState
from counterfoil.ports.council import ActDescription
from counterfoil.usecases.council.check_powers import PowersSheet
from counterfoil.usecases.council.role_holders import role_text

Arguments = Mapping[str, Any]


def act_text(act: ActDescription) -> str:
    """A call in one line: suspend party 3; Ledger.setModule module 0x..., admitted True."""
    if act.contract is None or act.function is None:
        return "a call that this version does not know: do not approve what you cannot read"
    worded = _WORDED.get((act.contract, act.function))
    if worded is not None:
        return worded(act.arguments)
    stated = ", ".join(f"{name} {value}" for name, value in act.arguments.items())
    return f"{act.contract}.{act.function.partition('(')[0]} {stated}"


def _standing(arguments: Arguments) -> str:
    suspends = arguments["state"] == PartyState.SUSPENDED
    return f"{'suspend' if suspends else 'let act again'}: party {arguments['party']}"


def _admission(arguments: Arguments) -> str:
    return f"admit party {arguments['member']} with {_keys(arguments['keys'])}"


def _grant(arguments: Arguments) -> str:
    delayed = f", {arguments['execution_delay']} s ahead" if arguments["execution_delay"] else ""
    return f"appoint {arguments['account']} {role_text(arguments['role_id'])}{delayed}"


def _revocation(arguments: Arguments) -> str:
    return f"dismiss {arguments['account']} as {role_text(arguments['role_id'])}"


def _keys(keys: tuple[str, ...]) -> str:
    return f"the key {keys[0]}" if len(keys) == 1 else f"the keys {', '.join(keys)}"


_WORDED: Mapping[tuple[str, str], Callable[[Arguments], str]] = {
    ("Ledger", "setPartyState(uint24,uint8)"): _standing,
    ("Council", "admit(uint24,address[])"): _admission,
    ("Council", "remove(uint24)"): lambda given: f"remove party {given['member']} from the council",
    ("Authority", "grantRole(uint64,address,uint32)"): _grant,
    ("Authority", "revokeRole(uint64,address)"): _revocation,
}


def powers_table(sheet: PowersSheet) -> Table:
    """Functions of each contract, by whom they may be called and how that is decided."""
    table = Table("contract", "functions", "role", "held by", "decided by")
    for each in sheet.powers:
        table.add_row(
            each.contract,
            escape(", ".join(each.functions)),
            each.role,
            "\n".join(each.holders) or "nobody",
            each.decided_by,
        )
    return table


def powers_object(sheet: PowersSheet) -> dict[str, Any]:
    """The same for programs."""
    return {
        "block": sheet.block,
        "powers": [
            {
                "contract": each.contract,
                "functions": list(each.functions),
                "role": each.role,
                "holders": list(each.holders),
                "decided_by": each.decided_by,
            }
            for each in sheet.powers
        ],
        "members": [
            {"party_id": each.party_id, "keys": list(each.keys), "can_act": each.can_act}
            for each in sheet.seats
        ],
        "quorum": sheet.quorum,
        "delay_s": sheet.delay_s,
        "lifetime_s": sheet.lifetime_s,
        "findings": list(sheet.findings),
    }

"""Putting the ledger on a chain: contracts, offices, and who lets whom in.

A chain is a ledger once its deployment record is saved. A crash before leaves contracts that nobody knows;
deploying again starts with fresh ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from counterfoil.chain.artifact import load_artifact
from counterfoil.chain.contract_calls import AUTHORITY, CASH, FINANCING, LEDGER, LIENS, SETTLEMENT
from counterfoil.chain.gateway import ChainGateway
from counterfoil.domain.errors import CounterfoilError
from counterfoil.domain.lot import ASSET_KIND_LOT
from counterfoil.domain.states import Office
from counterfoil.ports import ContractCall, Receipt, Signer

_NO_DELAY = 0

# The functions that AccessManager guards, by the office that may call them. Whatever else is restricted stays
# with the governor, whose office is the manager's own administrator.
_GUARDED: Mapping[Office, Mapping[str, Sequence[tuple[str, int]]]] = {
    Office.REGISTRAR: {
        LEDGER: (
            ("registerParty", 3),
            ("setPartyRoles", 2),
            ("setPartyState", 2),
            ("addKey", 2),
            ("removeKey", 2),
        )
    },
    Office.BANK: {CASH: (("issue", 4), ("attestPayout", 2))},
    Office.ARBITER: {LEDGER: (("resolveDispute", 3), ("writeOff", 2))},
}
_MODULES: Mapping[str, Sequence[str]] = {
    LEDGER: (LIENS, FINANCING, SETTLEMENT),
    CASH: (FINANCING, SETTLEMENT),
    LIENS: (FINANCING, SETTLEMENT),
    FINANCING: (SETTLEMENT,),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployed:
    """What deploying cost. receipts: one a transaction, in order."""

    receipts: tuple[Receipt, ...]

    @property
    def gas_used(self) -> int:
        """Gas of everything together."""
        return sum(receipt.gas_used for receipt in self.receipts)


def deploy_ledger(gateway: ChainGateway, *, governor: Signer, officers: Mapping[Office, str]) -> Deployed:
    """Create the contracts and give out the offices.

    governor: signs everything and keeps the administrator's role. officers: address by office, without the
    governor. The caller saves gateway.deployment afterwards. Raises what the gateway raises.
    """
    receipts = [*_create(gateway, governor)]
    calls = [*_offices(gateway, officers), *_admissions(gateway)]
    for outcome in gateway.send_batch(calls, governor):
        if isinstance(outcome, CounterfoilError):
            raise outcome
        receipts.append(outcome)
    return Deployed(receipts=tuple(receipts))


def _create(gateway: ChainGateway, governor: Signer) -> list[Receipt]:
    receipts = []

    def create(artifact: str, *args: str) -> str:
        contract, receipt = gateway.deploy(artifact, args, governor)
        receipts.append(receipt)
        return contract.address

    authority = create(AUTHORITY, governor.address)
    ledger = create(LEDGER, authority)
    cash = create(CASH, authority, ledger)
    liens = create(LIENS, authority, ledger)
    financing = create(FINANCING, authority, ledger, cash, liens)
    create(SETTLEMENT, ledger, cash, liens, financing)
    return receipts


def _offices(gateway: ChainGateway, officers: Mapping[Office, str]) -> list[ContractCall]:
    calls = []
    for office, by_contract in _GUARDED.items():
        calls.append(_call(AUTHORITY, "labelRole", int(office), office.name))
        calls.append(_call(AUTHORITY, "grantRole", int(office), officers[office], _NO_DELAY))
        for contract, functions in by_contract.items():
            abi = load_artifact(contract).abi
            selectors = [abi.function(name, count).selector for name, count in functions]
            target = gateway.address_of(contract)
            calls.append(_call(AUTHORITY, "setTargetFunctionRole", target, selectors, int(office)))
    return calls


def _admissions(gateway: ChainGateway) -> list[ContractCall]:
    calls = [
        _call(contract, "setModule", gateway.address_of(module), True)
        for contract, modules in _MODULES.items()
        for module in modules
    ]
    calls.append(_call(LIENS, "setAssetKind", ASSET_KIND_LOT, gateway.address_of(LEDGER)))
    return calls


def _call(contract: str, function: str, *args: object) -> ContractCall:
    return ContractCall(contract=contract, function=function, args=args)

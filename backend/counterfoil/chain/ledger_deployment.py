"""Putting the ledger on a chain: contracts, offices, and who lets whom in.

A chain is a ledger once its deployment record is saved. A crash before leaves contracts that nobody knows;
deploying again starts with fresh ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from counterfoil.chain.artifact import load_artifact
from counterfoil.chain.contract_calls import (
    AUTHORITY,
    BILLS,
    CASH,
    FACILITIES,
    FINANCING,
    LEDGER,
    LIENS,
    PRICES,
    SETTLEMENT,
    WAREHOUSE,
)
from counterfoil.chain.deployment import Deployment
from counterfoil.chain.gateway import ChainGateway
from counterfoil.domain.errors import CounterfoilError
from counterfoil.domain.lot import ASSET_KIND_BILL, ASSET_KIND_RECEIPT
from counterfoil.domain.states import Office
from counterfoil.ports.engine import ContractCall, Receipt, Signer

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
    Office.ARBITER: {
        LEDGER: (("resolveDispute", 3), ("writeOff", 2)),
        LIENS: (("resolveBlock", 4), ("enforceByOrder", 3)),
        WAREHOUSE: (
            ("closeDispute", 2),
            ("freeze", 2),
            ("unfreeze", 2),
            ("forceTransfer", 3),
            ("cancel", 3),
        ),
        BILLS: (
            ("freezeBill", 2),
            ("unfreezeBill", 2),
            ("forceTransferBill", 3),
            ("reinstateBill", 2),
        ),
    },
    Office.EXAMINER: {LIENS: (("blockAsset", 2),)},
}
_MODULES: Mapping[str, Sequence[str]] = {
    LEDGER: (LIENS, FINANCING, SETTLEMENT),
    CASH: (FINANCING, SETTLEMENT, FACILITIES),
    LIENS: (FINANCING, SETTLEMENT, FACILITIES),
    FINANCING: (SETTLEMENT,),
    FACILITIES: (SETTLEMENT,),
}
# Lots are the ledger's own; the lien registry needs no telling.
_ASSET_KINDS: Mapping[int, str] = {ASSET_KIND_RECEIPT: WAREHOUSE, ASSET_KIND_BILL: BILLS}

CONTRACTS = (
    AUTHORITY,
    LEDGER,
    CASH,
    LIENS,
    FINANCING,
    WAREHOUSE,
    BILLS,
    PRICES,
    FACILITIES,
    SETTLEMENT,
)
"""What a ledger of this version consists of, in the order of creation."""


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


def missing_contracts(deployment: Deployment) -> tuple[str, ...]:
    """What this version needs and the deployment has not, in order: a ledger of an earlier version."""
    return tuple(name for name in CONTRACTS if name not in deployment.contracts)


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
    warehouse = create(WAREHOUSE, authority, ledger, liens)
    create(BILLS, authority, ledger, liens, warehouse)
    prices = create(PRICES, ledger)
    facilities = create(FACILITIES, authority, ledger, cash, liens, prices)
    create(SETTLEMENT, ledger, cash, liens, financing, facilities)
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
    calls += [
        _call(LIENS, "setAssetKind", kind, gateway.address_of(contract))
        for kind, contract in _ASSET_KINDS.items()
    ]
    return calls


def _call(contract: str, function: str, *args: object) -> ContractCall:
    return ContractCall(contract=contract, function=function, args=args)

"""Who may do what on the ledger, asked from its contracts, and handing administration over to the council.

Which functions are guarded is not read from a list: every function of every contract is tried without effect
by somebody who has no right, and those that refuse just that are the guarded ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from eth_utils import keccak

from counterfoil.chain.abi import ContractAbi, FunctionAbi
from counterfoil.chain.addresses import checksummed
from counterfoil.chain.artifact import load_artifact
from counterfoil.chain.contract_calls import AUTHORITY, COUNCIL, ContractCalls
from counterfoil.chain.instructions.routes import instruction_routes
from counterfoil.chain.ledger_deployment import ASSET_KINDS, GUARDED, GUARDED_BY_ROLE, MODULES
from counterfoil.domain.errors import CounterfoilError
from counterfoil.domain.refusals.money_refusals import ACCESS_MANAGED_UNAUTHORIZED
from counterfoil.domain.states import Office
from counterfoil.ports.council import GuardedFunction, Wiring
from counterfoil.ports.engine import Receipt, Signer

_NO_DELAY = 0
# The contract's own authority alone may call it; no role is about it.
_OF_THE_AUTHORITY = frozenset({"setAuthority(address)"})
# Nobody has the key of a hash.
_SOMEBODY = checksummed("0x" + keccak(text="counterfoil: somebody without a right")[12:].hex())


class AdministrationCalls(ContractCalls):
    """counterfoil.ports.council.AdministrationCommands on the contracts."""

    def hand_over(
        self, *, by: Signer, revoked: Sequence[tuple[int, str]], taken_back: Sequence[int]
    ) -> Receipt:
        """Make the council the administrator and the sender none, in one transaction.

        by: an administrator. revoked: role and account of whoever else is to lose one in the same moment.
        taken_back: roles that others than the administrator give out or watch over until now.
        """
        abi = load_artifact(AUTHORITY).abi
        admin = int(Office.GOVERNOR)
        calls: list[tuple[str, tuple[object, ...]]] = [
            ("grantRole", (admin, self._gateway.address_of(COUNCIL), _NO_DELAY)),
            *(("setRoleAdmin", (role, admin)) for role in taken_back),
            *(("setRoleGuardian", (role, admin)) for role in taken_back),
            *(("revokeRole", (role, account)) for role, account in revoked),
            ("renounceRole", (admin, by.address)),
        ]
        encoded = [abi.function(name, len(args)).encode_call(args) for name, args in calls]
        return self._send(by, AUTHORITY, "multicall", encoded)

    def role_view(self, role: int, account: str, *, block: int) -> tuple[bool, int]:
        """Whether the account holds the role, and seconds that it has to announce its acts ahead."""
        holds, delay_s = self._gateway.call(AUTHORITY, "hasRole", [role, account], block=block)
        return bool(holds), int(delay_s)

    def guarded_view(self, *, block: int) -> tuple[GuardedFunction, ...]:
        """Every function that refuses whoever has no right at the authority, with the role that it takes."""
        found = []
        for contract in self._managed():
            address = self._gateway.address_of(contract)
            closed = bool(self._gateway.call(AUTHORITY, "isTargetClosed", [address], block=block))
            for function in self._abi_of(contract).functions:
                if function.signature in _OF_THE_AUTHORITY:
                    continue
                role = self._gateway.call(
                    AUTHORITY, "getTargetFunctionRole", [address, function.selector], block=block
                )
                # What was opened to everybody refuses nobody, and has a role of its own all the same.
                if role == Office.GOVERNOR and not self._is_guarded(contract, function, block):
                    continue
                meant = _meant_roles().get((contract, function.signature), int(Office.GOVERNOR))
                found.append(
                    GuardedFunction(
                        contract=contract,
                        function=function.signature,
                        role=int(role),
                        meant=meant,
                        closed=closed,
                    )
                )
        return tuple(found)

    def authorities_view(self, *, block: int) -> Mapping[str, str]:
        """Whom each contract with guarded functions asks, by the contract's name."""
        return {name: str(self._gateway.call(name, "authority", (), block=block)) for name in self._managed()}

    def scheduled_view(self, operation_id: bytes, *, block: int) -> int:
        """From when an announced call can be made, in epoch seconds; 0 where it cannot."""
        return int(self._gateway.call(AUTHORITY, "getSchedule", [operation_id], block=block))

    def times_view(self, *, block: int) -> tuple[int, int]:
        """Seconds from a proposal to the council to the first and to the last one in which it is done."""
        delay_s, lifetime_s = self._gateway.call(COUNCIL, "times", (), block=block)
        return int(delay_s), int(lifetime_s)

    def wiring(self) -> Wiring:
        """How this version joins the contracts of this deployment."""
        address = self._gateway.address_of
        return Wiring(
            contracts={each.address: name for name, each in self._gateway.deployment.contracts.items()},
            modules=frozenset(
                (contract, address(module)) for contract, modules in MODULES.items() for module in modules
            ),
            kinds={kind: address(contract) for kind, contract in ASSET_KINDS.items()},
            routes={
                route.type_hash: (address(route.contract), route.selector, route.layout)
                for route in instruction_routes()
            },
        )

    def _abi_of(self, contract: str) -> ContractAbi:
        return load_artifact(self._gateway.deployment.contracts[contract].artifact).abi

    def _managed(self) -> tuple[str, ...]:
        return tuple(
            name
            for name in self._gateway.deployment.contracts
            if any(each.signature == "authority()" for each in self._abi_of(name).functions)
        )

    def _is_guarded(self, contract: str, function: FunctionAbi, block: int) -> bool:
        arguments = [_nothing_of(entry) for entry in function.inputs.entries]
        try:
            self._gateway.call(contract, function.signature, arguments, sender=_SOMEBODY, block=block)
        except CounterfoilError as refused:
            return refused.code == ACCESS_MANAGED_UNAUTHORIZED
        return False


def _nothing_of(entry: Mapping[str, Any]) -> Any:
    """A value of a parameter's type that can be encoded."""
    kind = str(entry["type"])
    if kind.endswith("[]"):
        return []
    if kind == "tuple":
        return tuple(_nothing_of(each) for each in entry["components"])
    if kind.startswith("bytes"):
        return bytes(int(kind.removeprefix("bytes") or 0))
    return {"address": _SOMEBODY, "bool": False, "string": ""}.get(kind, 0)


@lru_cache(maxsize=1)
def _meant_roles() -> Mapping[tuple[str, str], int]:
    return MappingProxyType(dict(_meant()))


def _meant() -> Iterator[tuple[tuple[str, str], int]]:
    for office, by_contract in GUARDED.items():
        for contract, functions in by_contract.items():
            for name, count in functions:
                yield (contract, load_artifact(contract).abi.function(name, count).signature), int(office)
    for role, (contract, functions) in GUARDED_BY_ROLE.items():
        for name, count in functions:
            yield (contract, load_artifact(contract).abi.function(name, count).signature), int(role)

"""Who holds what after a deployment: roles that are no offices, routes, and nothing for the instructions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from eth_account import Account
from web3 import Web3

from counterfoil.chain.contract_calls import (
    ANCHORS,
    AUTHORITY,
    COUNCIL,
    INSTRUCTIONS,
    KEY_DESK,
    LEDGER,
    REGISTRAR_DESK,
)
from counterfoil.chain.embedded import open_embedded_chain
from counterfoil.chain.gateway import ChainGateway
from counterfoil.chain.instructions.catalogue import instruction_types
from counterfoil.chain.instructions.routes import instruction_routes
from counterfoil.chain.ledger_deployment import Route, deploy_ledger, missing_contracts
from counterfoil.domain.errors import CounterfoilError
from counterfoil.domain.states import ContractRole, Office

GOVERNOR = Account.from_key(Web3.keccak(text="governor"))
OFFICERS = {office: Account.from_key(Web3.keccak(text=office.name)).address for office in Office}
ANCHOR_KEY = Account.from_key(Web3.keccak(text="anchor key")).address


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChainGateway]:
    with open_embedded_chain(tmp_path_factory.mktemp("deployed") / "chain") as chain:
        gateway = ChainGateway(chain.web3)
        deploy_ledger(
            gateway,
            governor=GOVERNOR,
            officers=OFFICERS,
            routes=instruction_routes(),
            anchor_keys=[ANCHOR_KEY],
            council_delay_s=3_600,
        )
        yield gateway


def holds(gateway: ChainGateway, role: int, address: str) -> bool:
    held, _delay_s = gateway.call(AUTHORITY, "hasRole", [role, address])
    return bool(held)


def role_over(gateway: ChainGateway, contract: str, function: str, signature: str) -> int:
    selector = Web3.keccak(text=f"{function}({signature})")[:4]
    role: int = gateway.call(AUTHORITY, "getTargetFunctionRole", [gateway.address_of(contract), selector])
    return role


def test_nothing_is_missing(deployed: ChainGateway) -> None:
    assert missing_contracts(deployed.deployment) == ()


def test_the_instructions_are_the_authoritys(deployed: ChainGateway) -> None:
    assert deployed.call(AUTHORITY, "instructions", []) == deployed.address_of(INSTRUCTIONS)
    assert deployed.call(INSTRUCTIONS, "authority", []) == deployed.address_of(AUTHORITY)


def test_registrar_desk_and_council_may_change_keys_and_nobody_else(deployed: ChainGateway) -> None:
    assert role_over(deployed, LEDGER, "addKey", "uint24,address") == ContractRole.KEYS
    assert role_over(deployed, LEDGER, "removeKey", "uint24,address") == ContractRole.KEYS
    holders = {
        OFFICERS[Office.REGISTRAR],
        deployed.address_of(KEY_DESK),
        deployed.address_of(COUNCIL),
    }
    everybody = {*OFFICERS.values(), ANCHOR_KEY, GOVERNOR.address} | {
        deployed.address_of(name) for name in deployed.deployment.contracts
    }
    assert {each for each in everybody if holds(deployed, ContractRole.KEYS, each)} == holders


def test_registrar_its_desk_and_council_may_change_standing_and_nobody_else(deployed: ChainGateway) -> None:
    assert role_over(deployed, LEDGER, "setPartyState", "uint24,uint8") == ContractRole.STANDING
    assert role_over(deployed, LEDGER, "setPartyRoles", "uint24,uint32") == ContractRole.STANDING
    assert role_over(deployed, REGISTRAR_DESK, "suspend", "uint24") == Office.REGISTRAR
    holders = {
        OFFICERS[Office.REGISTRAR],
        deployed.address_of(REGISTRAR_DESK),
        deployed.address_of(COUNCIL),
    }
    everybody = {*OFFICERS.values(), ANCHOR_KEY, GOVERNOR.address} | {
        deployed.address_of(name) for name in deployed.deployment.contracts
    }
    assert {each for each in everybody if holds(deployed, ContractRole.STANDING, each)} == holders


def test_only_the_anchor_keys_may_anchor(deployed: ChainGateway) -> None:
    assert role_over(deployed, ANCHORS, "anchor", "bytes32,uint64") == ContractRole.ANCHOR
    assert holds(deployed, ContractRole.ANCHOR, ANCHOR_KEY)
    assert not any(holds(deployed, ContractRole.ANCHOR, address) for address in OFFICERS.values())


def test_the_instructions_hold_no_role(deployed: ChainGateway) -> None:
    roles = [*Office, *ContractRole]
    assert not any(holds(deployed, role, deployed.address_of(INSTRUCTIONS)) for role in roles)


def test_routes_and_seats_stay_with_the_governor(deployed: ChainGateway) -> None:
    assert (
        role_over(deployed, INSTRUCTIONS, "setRoutes", "(bytes32,address,bytes4,bytes)[]") == Office.GOVERNOR
    )
    assert role_over(deployed, COUNCIL, "seat", "uint24[]") == Office.GOVERNOR


def test_every_instruction_type_has_its_route(deployed: ChainGateway) -> None:
    kinds = instruction_types()
    assert len(kinds) > 90
    for kind in kinds:
        target, selector, shape = deployed.call(INSTRUCTIONS, "routeOf", [kind.type_hash])
        assert target == deployed.address_of(kind.contract), kind.name
        assert selector == kind.function.selector, kind.name
        assert shape == kind.layout, kind.name


def test_a_route_that_cannot_be_stops_the_deployment(tmp_path: Path) -> None:
    route = Route(type_hash=b"\1" * 32, contract=LEDGER, selector=b"\1\2\3\4", layout=b"\x84")
    with open_embedded_chain(tmp_path / "chain") as chain, pytest.raises(CounterfoilError) as refused:
        deploy_ledger(
            ChainGateway(chain.web3),
            governor=GOVERNOR,
            officers=OFFICERS,
            routes=[*instruction_routes(), route],
        )
    assert refused.value.code == "RouteMalformed"

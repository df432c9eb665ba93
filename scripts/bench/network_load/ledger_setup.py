"""An empty ledger on the network, its parties registered and endowed: what stands before the first note."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from eth_utils import keccak
from web3 import Web3

from counterfoil.chain.contract_calls import CASH, INSTRUCTIONS, LEDGER
from counterfoil.chain.deployment import Deployment
from counterfoil.chain.gateway import ChainGateway
from counterfoil.chain.instructions.routes import instruction_routes
from counterfoil.chain.instructions.terms import InstructionDomain
from counterfoil.chain.ledger_deployment import deploy_ledger
from counterfoil.chain.pipeline.flights import Call
from counterfoil.domain.errors import CounterfoilError
from counterfoil.domain.states import Office
from counterfoil.ports.engine import ContractCall
from network_load import calls
from network_load.parties import Cast

ENDOWMENT_MINOR = 2**44
"""Cash of each party at the start: more than any run moves."""
_BATCH = 40
_GAS = 500_000


def set_up(web3: Web3, cast: Cast, *, submit: Callable[[Sequence[Call]], None]) -> Deployment:
    """Deploy the ledger, register the parties, endow them and let them accept assignments in advance.

    submit: sends calls and returns when all are final. Raises what the gateway raises, and RuntimeError where
    the parties did not get the numbers that the cast expects.
    """
    gateway = ChainGateway(web3)
    governor = cast.governor
    officers: dict[Office, str] = {each: governor.address for each in Office if each is not Office.GOVERNOR}
    deploy_ledger(gateway, governor=governor, officers=officers, routes=instruction_routes())
    registrations = [
        ContractCall(
            contract=LEDGER,
            function="registerParty",
            args=(int(role), keccak(text=f"onboarding {party.number}"), [party.key.address]),
            gas=_GAS,
        )
        for party, role in zip(cast.everybody, cast.roles, strict=True)
    ]
    endowments = [
        ContractCall(
            contract=CASH,
            function="issue",
            args=(party.number, calls.EUR, ENDOWMENT_MINOR, keccak(text=f"deposit {party.number}")),
            gas=_GAS,
        )
        for party in cast.everybody
    ]
    todo = registrations + endowments
    for start in range(0, len(todo), _BATCH):
        for outcome in gateway.send_batch(todo[start : start + _BATCH], governor):
            if isinstance(outcome, CounterfoilError):
                raise outcome
    for party in (cast.everybody[0], cast.everybody[-1]):
        number, _ = gateway.call(LEDGER, "actorOf", (party.key.address,))
        if number != party.number:
            raise RuntimeError(f"party {party.number} has the number {number}: the ledger was not empty")
    ledger = bytes.fromhex(gateway.address_of(LEDGER)[2:])
    submit(
        [
            Call(to=ledger, input_bytes=calls.accept_in_advance(), gas=_GAS, lane=party.key.address)
            for party in cast.everybody
        ]
    )
    return gateway.deployment


def addresses_of(deployment: Deployment) -> dict[str, bytes]:
    """Contracts by name, 20 bytes each."""
    return {name: bytes.fromhex(each.address[2:]) for name, each in deployment.contracts.items()}


def domain_of(deployment: Deployment) -> InstructionDomain:
    """What parties sign instructions for."""
    return InstructionDomain(
        chain_id=deployment.chain_id, instructions=deployment.contracts[INSTRUCTIONS].address
    )

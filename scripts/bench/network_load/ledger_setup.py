"""An empty ledger on the network, its parties registered and endowed: what stands before the first note."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from eth_utils import keccak
from web3 import Web3

from counterfoil.chain.contract_calls import CASH, INSTRUCTIONS, LEDGER
from counterfoil.chain.deployment import Deployment
from counterfoil.chain.gateway import ChainGateway
from counterfoil.chain.instructions.routes import instruction_routes
from counterfoil.chain.instructions.terms import InstructionDomain
from counterfoil.chain.ledger_deployment import deploy_ledger
from counterfoil.chain.pipeline.flights import Call
from counterfoil.domain.states import Office
from network_load import calls
from network_load.parties import Cast

ENDOWMENT_MINOR = 2**44
"""Cash of each party at the start: more than any run moves."""
_GAS = 500_000


def set_up(web3: Web3, cast: Cast, *, submit: Callable[[Sequence[Call]], None]) -> Deployment:
    """Deploy the ledger, register the parties, endow them and let them accept assignments in advance.

    submit: sends calls and returns when all are final. Raises what the gateway raises, and RuntimeError where
    the parties did not get the numbers that the cast expects.
    """
    # What validators call pending is a block begun earlier, without what became final since.
    gateway = ChainGateway(web3, on_pending=False)
    governor = cast.governor
    officers: dict[Office, str] = {each: governor.address for each in Office if each is not Office.GOVERNOR}
    deploy_ledger(gateway, governor=governor, officers=officers, routes=instruction_routes())
    ledger, cash = (bytes.fromhex(gateway.address_of(name)[2:]) for name in (LEDGER, CASH))
    by_governor = [
        Call(to=to, input_bytes=encoded, gas=_GAS, lane=governor.address)
        for to, encoded in [
            *((ledger, each) for each in _registrations(gateway, cast)),
            *((cash, each) for each in _endowments(cast)),
        ]
    ]
    submit(by_governor)
    for party in (cast.everybody[0], cast.everybody[-1]):
        number, _ = gateway.call(LEDGER, "actorOf", (party.key.address,))
        if number != party.number:
            raise RuntimeError(f"party {party.number} has the number {number}: the ledger was not empty")
    submit(
        [
            Call(to=ledger, input_bytes=calls.accept_in_advance(), gas=_GAS, lane=party.key.address)
            for party in cast.everybody
        ]
    )
    return gateway.deployment


def _registrations(gateway: ChainGateway, cast: Cast) -> Iterator[bytes]:
    for party, role in zip(cast.everybody, cast.roles, strict=True):
        onboarding = keccak(text=f"onboarding {party.number}")
        args = (int(role), onboarding, [party.key.address])
        yield gateway.encode_call(LEDGER, "registerParty", args)[1]


def _endowments(cast: Cast) -> Iterator[bytes]:
    for party in cast.everybody:
        yield calls.issue_cash(party.number, ENDOWMENT_MINOR, keccak(text=f"deposit {party.number}"))


def addresses_of(deployment: Deployment) -> dict[str, bytes]:
    """Contracts by name, 20 bytes each."""
    return {name: bytes.fromhex(each.address[2:]) for name, each in deployment.contracts.items()}


def domain_of(deployment: Deployment) -> InstructionDomain:
    """What parties sign instructions for."""
    return InstructionDomain(
        chain_id=deployment.chain_id, instructions=deployment.contracts[INSTRUCTIONS].address
    )

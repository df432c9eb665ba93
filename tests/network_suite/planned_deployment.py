"""All transactions of a deployment at once, so that it takes a block or two and not sixty.

Addresses of contracts follow from the governor's nonces, so that nothing has to be waited for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from eth_utils import keccak, to_canonical_address, to_checksum_address
from rlp.codec import encode_raw
from web3 import Web3

from counterfoil.chain.abi import ContractAbi
from counterfoil.chain.artifact import load_artifact
from counterfoil.chain.contract_calls import AUTHORITY
from counterfoil.chain.deployment import DeployedContract, Deployment
from counterfoil.chain.gateway import ChainGateway
from counterfoil.chain.ledger_deployment import Route, deploy_ledger
from counterfoil.chain.rpc import Rpc
from counterfoil.chain.sender import Outgoing, Sender
from counterfoil.domain.states import Office
from counterfoil.ports.engine import ContractCall, Receipt, Signer

GAS = 60_000_000
_PATIENCE_S = 180.0
# A contract's first creation has nonce 1: the authority creates the instructions' contract.
_FIRST_OF_A_CONTRACT = 1


def created_address(creator: str, nonce: int) -> str:
    """Where a key's or contract's creation with this nonce goes."""
    number = nonce.to_bytes((nonce.bit_length() + 7) // 8, "big")
    return to_checksum_address(keccak(encode_raw([to_canonical_address(creator), number]))[12:])


class PlannedDeployment:
    """As much of a ChainGateway as `deploy_ledger` uses; it writes down what would be sent."""

    def __init__(self, empty: Deployment, *, first_nonce: int) -> None:
        """empty: of the chain, without contracts. first_nonce: the governor's."""
        self.deployment = empty
        self.outgoing: list[Outgoing] = []
        self._first_nonce = first_nonce
        self._abis: dict[str, ContractAbi] = {}

    def deploy(self, artifact: str, args: Sequence[Any], signer: Signer) -> tuple[DeployedContract, Receipt]:
        """As ChainGateway.deploy; the receipt is none yet."""
        compiled = load_artifact(artifact)
        creation = compiled.linked({}) + compiled.abi.constructor.encode(args, function=artifact)
        address = created_address(signer.address, self._first_nonce + len(self.outgoing))
        self.outgoing.append(Outgoing(to=None, input_bytes=creation, gas=GAS))
        return self._know(artifact, artifact, address), _no_receipt(signer)

    def adopt(self, name: str, artifact: str, address: str, *, block_number: int = 0) -> DeployedContract:
        """As ChainGateway.adopt."""
        return self._know(name, artifact, address)

    def call(self, contract: str, function: str, args: Sequence[Any] = ()) -> str:
        """The one question of a deployment: where the authority's own creation is."""
        if (contract, function) != (AUTHORITY, "instructions"):
            raise NotImplementedError(f"{contract}.{function} cannot be known beforehand")
        return created_address(self.address_of(contract), _FIRST_OF_A_CONTRACT)

    def address_of(self, contract: str) -> str:
        """As ChainGateway.address_of."""
        return self.deployment.contracts[contract].address

    def send_batch(self, calls: Sequence[ContractCall], signer: Signer) -> tuple[Receipt, ...]:
        """As ChainGateway.send_batch; the receipts are none yet."""
        for each in calls:
            encoded = self._abis[each.contract].function(each.function, len(each.args)).encode_call(each.args)
            self.outgoing.append(Outgoing(to=self.address_of(each.contract), input_bytes=encoded, gas=GAS))
        return tuple(_no_receipt(signer) for _ in calls)

    def _know(self, name: str, artifact: str, address: str) -> DeployedContract:
        contract = DeployedContract(name=name, artifact=artifact, address=address, block_number=0)
        self.deployment = self.deployment.with_contract(contract)
        self._abis[name] = load_artifact(artifact).abi
        return contract


def planned(
    empty: Deployment,
    *,
    first_nonce: int,
    governor: Signer,
    officers: Mapping[Office, str],
    routes: Sequence[Route] = (),
    anchor_keys: Sequence[str] = (),
) -> PlannedDeployment:
    """What `deploy_ledger` would send, in order, and the deployment that it makes."""
    plan = PlannedDeployment(empty, first_nonce=first_nonce)
    deploy_ledger(
        cast(ChainGateway, plan), governor=governor, officers=officers, routes=routes, anchor_keys=anchor_keys
    )
    return plan


def deployed_at_once(
    web3: Web3,
    *,
    governor: Signer,
    officers: Mapping[Office, str],
    routes: Sequence[Route] = (),
    anchor_keys: Sequence[str] = (),
) -> ChainGateway:
    """A gateway to a fresh deployment on a network; the governor's key sends nothing else meanwhile."""
    empty = ChainGateway(web3).deployment
    nonce = web3.eth.get_transaction_count(Web3.to_checksum_address(governor.address), "pending")
    plan = planned(
        empty,
        first_nonce=nonce,
        governor=governor,
        officers=officers,
        routes=routes,
        anchor_keys=anchor_keys,
    )
    sender = Sender(Rpc(web3), chain_id=empty.chain_id, receipt_timeout_s=_PATIENCE_S)
    for sent in sender.send_all(plan.outgoing, governor):
        if isinstance(sent, Exception):
            raise sent
        receipt = sender.receipt(sent.tx_hash)
        assert receipt["status"] == "0x1", receipt
    return ChainGateway(web3, plan.deployment, on_pending=False)


def _no_receipt(signer: Signer) -> Receipt:
    return Receipt(
        tx_hash="",
        block_number=0,
        block_hash="",
        block_time_s=0,
        tx_index=0,
        gas_used=0,
        sender=signer.address,
        contract_address=None,
        events=(),
    )

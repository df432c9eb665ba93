"""The ledger's contracts on any engine: deploy, send, call, read events.

Everything goes through a web3 provider with JSON-RPC semantics; nothing here knows which engine answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from web3 import Web3

from counterfoil.chain import errors
from counterfoil.chain.abi import ContractAbi, FunctionAbi
from counterfoil.chain.abi_decoding import UndecodableError
from counterfoil.chain.artifact import Artifact, load_artifact
from counterfoil.chain.deployment import DeployedContract, Deployment
from counterfoil.chain.errors import unavailable
from counterfoil.chain.event_reader import EventReader, head_of
from counterfoil.chain.revert_map import RevertMap, call_reverted
from counterfoil.chain.rpc import Rpc, RpcError
from counterfoil.chain.sender import Outgoing, Sender, Signed
from counterfoil.domain.errors import CounterfoilError, DomainError
from counterfoil.ports.engine import (
    BlockEvents,
    BlockHead,
    ChainError,
    ChainErrorKind,
    ContractCall,
    ContractRefusedError,
    EventRecord,
    Receipt,
    Signer,
)

# Gas is free; the margin covers what other transactions change before the block.
_GAS_MARGIN_PERCENT = 25
_GAS_MARGIN_FLAT = 20_000
DEFAULT_BATCH_GAS = 2_000_000
_CONSTRUCTOR = "constructor"
_BARE_REVERT = "execution reverted"


class ChainGateway:
    """Sends to and reads from the contracts of one deployment; threads may share it."""

    def __init__(
        self,
        web3: Web3,
        deployment: Deployment | None = None,
        *,
        receipt_timeout_s: float = 60.0,
        on_pending: bool = True,
        load: Any = load_artifact,
    ) -> None:
        """Connect, and check that this is the deployment's chain.

        deployment: None starts an empty one on the connected chain. on_pending: calls are tried on the block
        that would be made now, with its time; False: on the newest one. What validators call pending is a
        block that they began earlier, and may not have in it what is final since. load: finds a compiled
        contract by name.
        Raises ChainError(Rejected, ChainMismatch) on another chain and ChainError(Unavailable) where no
        answer comes.
        """
        self._rpc = Rpc(web3)
        self._load = load
        self._trial_block = "pending" if on_pending else "latest"
        self._reverts = RevertMap()
        self._reader = EventReader(self._rpc)
        self._abis: dict[str, ContractAbi] = {}
        self._last_block_time = ("", 0)
        chain_id = int(self._ask("eth_chainId"), 16)
        genesis = self._ask("eth_getBlockByNumber", "0x0", False)
        if genesis is None:
            raise unavailable("the chain has no genesis block")
        self._deployment = Deployment(chain_id=chain_id, genesis_hash=genesis["hash"])
        self._sender = Sender(self._rpc, chain_id=chain_id, receipt_timeout_s=receipt_timeout_s)
        if deployment is not None:
            self._adopt_deployment(deployment)

    def _adopt_deployment(self, deployment: Deployment) -> None:
        for field in ("chain_id", "genesis_hash"):
            actual, expected = getattr(self._deployment, field), getattr(deployment, field)
            if actual != expected:
                raise ChainError(
                    ChainErrorKind.REJECTED,
                    errors.CHAIN_MISMATCH,
                    field=field.replace("_", " "),
                    actual=actual,
                    expected=expected,
                )
        for contract in deployment.contracts.values():
            self._know(contract)

    # -- contracts --

    @property
    def deployment(self) -> Deployment:
        """The contracts known now; save it after deploying."""
        return self._deployment

    def address_of(self, contract: str) -> str:
        """The checksummed address; raises DomainError(UnknownContract)."""
        found = self._deployment.contracts.get(contract)
        if found is None:
            known = ", ".join(sorted(self._deployment.contracts)) or "none"
            raise DomainError(errors.UNKNOWN_CONTRACT, contract=contract, known=known)
        return found.address

    def deploy(
        self,
        artifact: str,
        args: Sequence[Any],
        signer: Signer,
        *,
        name: str | None = None,
        libraries: Mapping[str, str] | None = None,
        gas: int | None = None,
    ) -> tuple[DeployedContract, Receipt]:
        """Create a contract and know it from now on under `name`, or the artifact's own name.

        libraries: address by library name. The error cases are those of `send`.
        """
        compiled: Artifact = self._load(artifact)
        self._reverts.learn([compiled.abi])
        creation = compiled.linked(libraries or {})
        creation += compiled.abi.constructor.encode(args, function=f"{artifact} {_CONSTRUCTOR}")
        named = name or artifact
        found = self._transact(None, creation, signer, gas, contract=named, function=_CONSTRUCTOR)
        if found["contractAddress"] is None:
            raise unavailable(f"the receipt of {found['transactionHash']} names no contract")
        contract = DeployedContract(
            name=named,
            artifact=artifact,
            address=Web3.to_checksum_address(found["contractAddress"]),
            block_number=int(found["blockNumber"], 16),
        )
        self._know(contract)
        return contract, self._receipt(found)

    def adopt(self, name: str, artifact: str, address: str, *, block_number: int = 0) -> DeployedContract:
        """Know a contract that something else created: another contract, or a proxy in front of it."""
        contract = DeployedContract(
            name=name,
            artifact=artifact,
            address=Web3.to_checksum_address(address),
            block_number=block_number,
        )
        self._know(contract)
        return contract

    def learn_errors(self, artifact: str) -> None:
        """Read the custom errors of a contract that is only reached through others."""
        compiled: Artifact = self._load(artifact)
        self._reverts.learn([compiled.abi])

    def _know(self, contract: DeployedContract) -> None:
        compiled: Artifact = self._load(contract.artifact)
        self._abis[contract.name] = compiled.abi
        self._reverts.learn([compiled.abi])
        self._reader.watch(contract.name, contract.address, compiled.abi)
        self._deployment = self._deployment.with_contract(contract)

    def _function(self, contract: str, function: str, args: Sequence[Any]) -> tuple[str, FunctionAbi]:
        address = self.address_of(contract)
        return address, self._abis[contract].function(function, len(args))

    def encode_call(self, contract: str, function: str, args: Sequence[Any]) -> tuple[str, bytes]:
        """The address and input bytes of a call, for whoever signs or relays it elsewhere."""
        address, abi = self._function(contract, function, args)
        return address, abi.encode_call(args)

    # -- writing --

    def send(
        self, contract: str, function: str, args: Sequence[Any], signer: Signer, *, gas: int | None = None
    ) -> Receipt:
        """Make one call with effect, and wait until it is in a block.

        The call is tried without effect first, so that a refusal costs no nonce. gas: its limit; None takes
        an estimate. Raises ContractRefusedError, ChainError(Reverted | Rejected | Unavailable), DomainError
        for a wrong name or argument.
        """
        address, encoded = self.encode_call(contract, function, args)
        found = self._transact(address, encoded, signer, gas, contract=contract, function=function)
        return self._receipt(found)

    def send_batch(
        self, calls: Sequence[ContractCall], signer: Signer
    ) -> tuple[Receipt | CounterfoilError, ...]:
        """Make several calls of one key in order, sent together; per call its receipt or its error.

        Later calls run even where earlier ones fail. They are not tried beforehand, because they may build on
        each other; a failed one takes a place in a block.
        """
        outgoing = []
        for call in calls:
            address, encoded = self.encode_call(call.contract, call.function, call.args)
            outgoing.append(Outgoing(to=address, input_bytes=encoded, gas=call.gas or DEFAULT_BATCH_GAS))
        outcomes: list[Receipt | CounterfoilError] = []
        for call, each, sent in zip(calls, outgoing, self._sender.send_all(outgoing, signer), strict=True):
            outcomes.append(self._outcome(call, each, sent, signer))
        return tuple(outcomes)

    def _outcome(
        self, call: ContractCall, outgoing: Outgoing, sent: Signed | CounterfoilError, signer: Signer
    ) -> Receipt | CounterfoilError:
        if isinstance(sent, CounterfoilError):
            return sent
        try:
            found = self._settled(sent, outgoing, signer, contract=call.contract, function=call.function)
            return self._receipt(found)
        except CounterfoilError as failed:
            return failed

    def _transact(
        self, to: str | None, encoded: bytes, signer: Signer, gas: int | None, *, contract: str, function: str
    ) -> Mapping[str, Any]:
        limit = self._try_out(to, encoded, signer.address, gas, contract=contract, function=function)
        outgoing = Outgoing(to=to, input_bytes=encoded, gas=limit)
        signed = self._sender.send(outgoing, signer)
        return self._settled(signed, outgoing, signer, contract=contract, function=function)

    def _try_out(
        self, to: str | None, encoded: bytes, sender: str, gas: int | None, *, contract: str, function: str
    ) -> int:
        """Run the call on the trial block without effect; returns the gas limit to use."""
        request: dict[str, Any] = {"from": sender, "data": "0x" + encoded.hex(), "gasPrice": "0x0"}
        if to is not None:
            request["to"] = to
        try:
            if gas is not None:
                self._rpc.request("eth_call", {**request, "gas": hex(gas)}, self._trial_block)
                return gas
            estimate = int(self._rpc.request("eth_estimateGas", request, self._trial_block), 16)
        except RpcError as refused:
            raise self._explain(refused, contract=contract, function=function) from refused
        return estimate + estimate * _GAS_MARGIN_PERCENT // 100 + _GAS_MARGIN_FLAT

    def _settled(
        self, signed: Signed, outgoing: Outgoing, signer: Signer, *, contract: str, function: str
    ) -> Mapping[str, Any]:
        found = self._sender.receipt(signed.tx_hash)
        if int(found["status"], 16) == 1:
            return found
        error = self._why_reverted(found, outgoing, signer.address, contract=contract, function=function)
        if isinstance(error, ContractRefusedError):
            error.tx_hash, error.gas_used = signed.tx_hash, int(found["gasUsed"], 16)
        error.add_note(f"transaction {signed.tx_hash} took a place in block {int(found['blockNumber'], 16)}")
        raise error

    def _why_reverted(
        self, found: Mapping[str, Any], outgoing: Outgoing, sender: str, *, contract: str, function: str
    ) -> CounterfoilError:
        """Replay a failed transaction on the state before its block, then on the state after it.

        The second try finds the reason where an earlier transaction of the same block, or the block's time,
        caused it.
        """
        number = int(found["blockNumber"], 16)
        request: dict[str, Any] = {
            "from": sender,
            "data": "0x" + outgoing.input_bytes.hex(),
            "gas": hex(outgoing.gas),
            "gasPrice": "0x0",
        }
        if outgoing.to is not None:
            request["to"] = outgoing.to
        reason = "a replay does not fail, so that the reason is not known"
        for block in (number - 1, number):
            try:
                self._rpc.request("eth_call", request, hex(block))
            except RpcError as refused:
                explained = self._explain(refused, contract=contract, function=function)
                if explained.code not in (errors.CALL_REVERTED, errors.CHAIN_UNAVAILABLE):
                    return explained
                reason = str(explained.facts["reason"])
        if int(found["gasUsed"], 16) >= outgoing.gas:
            reason = f"it ran out of its gas limit of {outgoing.gas}"
        return ChainError(
            ChainErrorKind.REVERTED, errors.CHAIN_REVERTED, tx_hash=found["transactionHash"], reason=reason
        )

    def _explain(self, refused: RpcError, *, contract: str, function: str) -> CounterfoilError:
        output = refused.output
        if output is None and refused.message.lower().endswith(_BARE_REVERT):
            # Some engines leave the bytes out where there are none.
            output = b""
        if output is not None:
            return self._reverts.explain(output, contract=contract, function=function)
        if refused.is_node_trouble:
            return unavailable(str(refused))
        return call_reverted(contract=contract, function=function, reason=refused.message)

    # -- reading --

    def call(
        self,
        contract: str,
        function: str,
        args: Sequence[Any] = (),
        *,
        sender: str | None = None,
        block: int | str = "latest",
    ) -> Any:
        """Ask a contract without effect: None, the one value, or a tuple of values; structs are mappings.

        block: a number or a tag. "latest" sees the time of the newest block, "pending" the time of the next
        one.
        """
        address, abi = self._function(contract, function, args)
        request = {"to": address, "data": "0x" + abi.encode_call(args).hex()}
        if sender is not None:
            request["from"] = sender
        at = hex(block) if isinstance(block, int) else block
        try:
            output = bytes.fromhex(self._rpc.request("eth_call", request, at)[2:])
        except RpcError as refused:
            raise self._explain(refused, contract=contract, function=function) from refused
        try:
            return abi.decode_output(output)
        except UndecodableError as unfit:
            raise unavailable(f"{contract}.{function} answered bytes that do not fit: {unfit}") from unfit

    def head(self) -> tuple[int, int]:
        """Number and time (epoch seconds) of the newest block."""
        block = self._ask("eth_getBlockByNumber", "latest", False)
        return int(block["number"], 16), int(block["timestamp"], 16)

    def events(self, *, from_block: int = 0, to_block: int | None = None) -> Iterator[EventRecord]:
        """All events of the known contracts in a range of blocks, both ends included, in chain order.

        to_block: None means the newest block at the time of the call. Raises ChainError(Unavailable) where
        the logs are not complete; what was yielded before then is sound, but its block may not be finished.
        """
        last = self.head()[0] if to_block is None else to_block
        return self._reader.read(from_block, last)

    def block_heads(self, numbers: Sequence[int]) -> tuple[BlockHead | None, ...]:
        """The blocks at these heights as the chain has them now, None where there is none."""
        return self._reader.heads(numbers)

    def newest_block(self) -> BlockHead:
        """The newest block."""
        return head_of(self._ask("eth_getBlockByNumber", "latest", False))

    def read_blocks(self, *, from_block: int, to_block: int) -> tuple[BlockEvents, ...]:
        """The first blocks of a range with their events, as many as one batch of requests brings.

        Raises ChainError(Unavailable) where anything of them is missing or does not fit together.
        """
        return self._reader.read_blocks(from_block, to_block)

    def receipt(self, tx_hash: str) -> Receipt:
        """The receipt of a transaction sent earlier, waited for.

        Raises ChainError(Reverted) where it failed and ChainError(Unavailable) where none came in time.
        """
        found = self._sender.receipt(tx_hash)
        if int(found["status"], 16) != 1:
            raise ChainError(
                ChainErrorKind.REVERTED, errors.CHAIN_REVERTED, tx_hash=tx_hash, reason="its receipt says so"
            )
        return self._receipt(found)

    def explain_revert(self, output: bytes, *, contract: str, function: str) -> CounterfoilError:
        """The error of our table that these revert bytes stand for; never raises it."""
        return self._reverts.explain(output, contract=contract, function=function)

    def records_of(self, found: Mapping[str, Any]) -> tuple[EventRecord, ...]:
        """The events of a receipt as JSON-RPC gives it. Raises ChainError(Unavailable) as `events` does."""
        return self._reader.decode(found, self._block_time_s(found["blockHash"]))

    def _receipt(self, found: Mapping[str, Any]) -> Receipt:
        time_s = self._block_time_s(found["blockHash"])
        return Receipt(
            tx_hash=found["transactionHash"],
            block_number=int(found["blockNumber"], 16),
            block_hash=found["blockHash"],
            block_time_s=time_s,
            tx_index=int(found["transactionIndex"], 16),
            gas_used=int(found["gasUsed"], 16),
            sender=Web3.to_checksum_address(found["from"]),
            contract_address=found["contractAddress"],
            events=self._reader.decode(found, time_s),
        )

    def _block_time_s(self, block_hash: str) -> int:
        """A block's time; the last one is remembered, because a batch asks for the same again."""
        known_hash, known_time_s = self._last_block_time
        if known_hash == block_hash:
            return known_time_s
        block = self._ask("eth_getBlockByHash", block_hash, False)
        if block is None:
            raise unavailable(f"block {block_hash} is missing")
        time_s = int(block["timestamp"], 16)
        self._last_block_time = (block_hash, time_s)
        return time_s

    def _ask(self, method: str, *params: Any) -> Any:
        try:
            return self._rpc.request(method, *params)
        except RpcError as refused:
            raise unavailable(f"{method}: {refused}") from refused

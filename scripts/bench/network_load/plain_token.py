"""The yardstick: plain ERC-20 transfers, one a transaction, on the same network with the same sender."""

from __future__ import annotations

import random
from collections import Counter
from functools import partial
from pathlib import Path
from threading import Event

from web3 import Web3

from counterfoil.chain.artifact import load_artifact
from counterfoil.chain.gateway import ChainGateway
from counterfoil.chain.pipeline.transport import AsksNode
from network_load.calls import words
from network_load.mix import Kind
from network_load.parties import BenchParty, Cast
from network_load.stories import Step, Story

TOKEN = "PlainToken"
_ARTIFACTS = Path(__file__).resolve().parents[1] / "engines" / "contracts"
_ENDOWMENT = 10**12
_GAS = 100_000
_A_WAVE = 4
_AT_ONCE = 100

load_token = partial(load_artifact, directory=_ARTIFACTS)


class TokenLoad:
    """OpenZeppelin's token, its holders, and what each must have in the end."""

    def __init__(self, web3: Web3, cast: Cast) -> None:
        """Deploys the token and gives every supplier some of it."""
        gateway = ChainGateway(web3, load=load_token, on_pending=False)
        gateway.deploy(TOKEN, [], cast.governor)
        holders = [party.key.address for party in cast.suppliers]
        for start in range(0, len(holders), _AT_ONCE):
            gateway.send(TOKEN, "endow", (holders[start : start + _AT_ONCE], _ENDOWMENT), cast.governor)
        self.address = bytes.fromhex(gateway.address_of(TOKEN)[2:])
        self._transfer = load_token(TOKEN).abi.function("transfer", 2).selector
        self._balance_of = load_token(TOKEN).abi.function("balanceOf", 1).selector
        self._cast = cast
        self._balances: Counter[int] = Counter()
        self._begun = 0
        self.ends = Event()

    def new_story(self) -> Story:
        """A holder that transfers a few units at a time, to another holder each, until it is told to end."""
        self._begun += 1
        party = self._cast.suppliers[self._begun % len(self._cast.suppliers)]
        return self._tell(party, random.Random(self._begun))

    def _tell(self, party: BenchParty, dice: random.Random) -> Story:
        while not self.ends.is_set():
            targets = [dice.choice(self._cast.suppliers) for _ in range(_A_WAVE)]
            yield [
                Step(
                    Kind.TRANSFER,
                    TOKEN,
                    self._transfer + words((int(target.key.address, 16), 1)),
                    party.number,
                    gas=_GAS,
                )
                for target in targets
            ]
            self._balances[party.number] -= len(targets)
            for target in targets:
                self._balances[target.number] += 1

    def unlike(self, node: AsksNode) -> int:
        """How many holders have another balance than all acknowledged transfers give them."""
        answers = node.batch(
            [
                (
                    "eth_call",
                    [
                        {
                            "to": "0x" + self.address.hex(),
                            "data": "0x" + (self._balance_of + words((int(party.key.address, 16),))).hex(),
                        },
                        "latest",
                    ],
                )
                for party in self._cast.suppliers
            ]
        )
        expected = [_ENDOWMENT + self._balances[party.number] for party in self._cast.suppliers]
        return sum(
            not isinstance(answer, str) or int(answer, 16) != balance
            for answer, balance in zip(answers, expected, strict=True)
        )

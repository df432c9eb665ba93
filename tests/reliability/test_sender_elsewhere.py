"""Instructions that others took to the chain, and nodes that tell of them too early, too late or wrongly.

A command is refused, expired or done only where the chain has shown for good that it is so.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fake_node import refuses
from sender_scene import RECEIPT, Scene

from counterfoil.chain.relay.instructions import terms_of
from counterfoil.chain.relay.relay import InstructionRelay
from counterfoil.domain.commands import CommandState
from counterfoil.usecases.outbox.expiring import expire_overdue
from outbox_support import KEEPER, OWN_KEY, result_of, sign_waiting


def signed_by_its_key(scene: Scene) -> str:
    """A payment of 700 that the keeper signed, and that waits to be sent; its id."""
    paying = scene.pay(700, payer=KEEPER.name)
    scene.turns(3)
    assert sign_waiting(scene.store, scene.settings) == 1
    return paying


def relayed_by_its_key(scene: Scene, command_id: str) -> str:
    """The keeper takes the command's instruction to the chain itself; the hash of that transaction."""
    with scene.store.read() as work:
        (step,) = work.commands.steps_of([command_id])
    terms = terms_of(step)
    instruction = {
        "type_hash": terms.type_hash,
        "args": terms.encoded_args,
        "nonce": terms.nonce,
        "deadline": terms.deadline_s,
        "key": terms.key,
        "gas_limit": 0,
        "signature": step.signature,
    }
    return scene.worker.ledger.gateway.send("Instructions", "execute", [instruction], OWN_KEY).tx_hash


def more_blocks(scene: Scene, count: int) -> None:
    """Blocks of others."""
    for nonce in range(count):
        scene.worker.ledger.gateway.send("Instructions", "revokeNonce", [nonce], OWN_KEY)


def test_what_took_effect_elsewhere_is_not_refused_before_the_index_has_it(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A node that answers for transactions without a block says 'spent' before any block shows how."""
    paying = signed_by_its_key(scene)
    with monkeypatch.context() as behind:
        behind.setattr(scene.loop.read_model, "sync", lambda: None)
        tx_hash = relayed_by_its_key(scene, paying)
        scene.turns(3)
        assert scene.state(paying) is CommandState.READY
        assert "used up" in scene.waits_for(paying)
        # Nor is it said to have expired.
        scene.now += timedelta(days=30)
        assert expire_overdue(scene.desk) == 0
    scene.turns()
    assert result_of(scene.store, paying)["tx_hash"] == tx_hash
    assert scene.paid() == [700]


def test_what_took_effect_elsewhere_does_not_expire(scene: Scene) -> None:
    paying = signed_by_its_key(scene)
    unsigned = scene.pay(30, payer=KEEPER.name)
    relayed_by_its_key(scene, paying)
    scene.worker.ledger.bench.read_model.sync()
    scene.now += timedelta(days=30)
    assert expire_overdue(scene.desk) == 1
    assert scene.state(unsigned) is CommandState.EXPIRED
    scene.turns()
    assert scene.state(paying) is CommandState.DONE
    assert scene.paid() == [700]


def test_what_took_effect_elsewhere_waits_for_its_confirmations(scene: Scene) -> None:
    scene.restart(confirmations=2)
    paying = signed_by_its_key(scene)
    relayed_by_its_key(scene, paying)
    scene.turns()
    assert scene.state(paying) is CommandState.READY
    assert "2 blocks on top" in scene.waits_for(paying)
    more_blocks(scene, 2)
    scene.turns()
    assert scene.state(paying) is CommandState.DONE
    assert scene.paid() == [700]


def test_a_receipt_of_another_branch_settles_nothing(scene: Scene) -> None:
    """A node behind another one tells of a block that the chain has no longer."""

    gone = "0x" + "ab" * 32

    def elsewhere(method: str, params: Any, pass_on: Callable[[], Any]) -> Any:
        if method == "eth_getBlockByHash" and params[0] == gone:
            return {"jsonrpc": "2.0", "id": 1, "result": {"timestamp": hex(scene.worker.desk.chain_now_s())}}
        true = pass_on()
        if method == RECEIPT and true["result"] is not None:
            true["result"] |= {"blockHash": gone}
        return true

    paying = scene.pay(700)
    scene.node.fault = elsewhere
    scene.turns()
    assert scene.state(paying) is CommandState.SENT
    assert "agree on block" in scene.waits_for(paying)
    scene.node.heal()
    scene.turns()
    assert scene.state(paying) is CommandState.DONE
    assert scene.paid() == [700]


def test_an_instruction_that_the_node_cannot_try_out_holds_nobody(scene: Scene) -> None:
    scene.restart(relay=InstructionRelay(scene.node.web3, scene.worker.ledger.gateway, tries_all=True))
    hard, easy = scene.pay(711), scene.pay(20)
    amount = f"{711:064x}"

    def overstrained(method: str, params: Any, pass_on: Callable[[], Any]) -> Any:
        if method in ("eth_call", "eth_estimateGas") and amount in params[0].get("data", ""):
            return refuses("Internal error", -32603)(pass_on)
        return pass_on()

    scene.node.fault = overstrained
    scene.turns()
    assert scene.state(easy) is CommandState.DONE
    assert scene.state(hard) is CommandState.READY
    assert "Internal error" in scene.waits_for(hard)
    scene.node.heal()
    scene.turns(4, apart=timedelta(minutes=1))
    assert scene.state(hard) is CommandState.DONE
    assert scene.paid() == [20, 711]

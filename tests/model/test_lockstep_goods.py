"""Goods in memory and on the contracts, driven by the same random commands and compared after every step.

As test_lockstep; COUNTERFOIL_LOCKSTEP_EXAMPLES sets how many examples run here too.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import rule, run_state_machine_as_test

from counterfoil.domain.states import BillState, ReceiptState
from model.contract_chain import open_contracts
from model.lockstep_goods import goods_started
from model.lockstep_receipts import ReceiptRules
from model.lockstep_titles import TitleRules
from network_suite.chosen import on_network

EXAMPLES = os.environ.get("COUNTERFOIL_LOCKSTEP_EXAMPLES")
STEPS = 60
MOST_MISSED = 3
# Every step is a block there: few examples, which show that engines agree, and not what the rules reach.
ON_NETWORK, STEPS_ON_NETWORK, LEAST_ON_NETWORK = 2, 40, 8

COMMANDS = (
    "amend", "attest_receipt", "attest_stock", "block_asset", "cancel_receipt", "close_receipt_dispute",
    "deliver", "discard_draft", "discharge_bill", "dispute_receipt", "draft", "endorse", "enforce_by_order",
    "force_bill", "force_receipt", "freeze_bill", "freeze_receipt", "issue_bill", "issue_receipt",
    "merge_receipts", "open_stock", "order_delivery", "pledge", "reinstate_bill", "release", "release_part",
    "resolve_block", "restack", "revoke_delivery", "revoke_surrender", "set_attestation_age",
    "set_exposure_cap", "set_pledge_consent", "split_receipt", "surrender", "switch_bill",
    "transfer_receipt", "unfreeze_bill", "unfreeze_receipt", "withdraw_receipt_dispute",
)  # fmt: skip


class GoodsLockstep(ReceiptRules, TitleRules):
    """Every command over goods, by weight."""

    @rule(seed=st.integers(0, 2**32 - 1))
    def act(self, seed: int) -> None:
        receipts = {each.state for each in self.twin.state.receipts.values()}
        bills = {each.state for each in self.twin.state.bills.values()}
        self.step(
            seed,
            {
                self.take_in: 16,
                self.finish_draft: 6 if ReceiptState.DRAFT in receipts else 1,
                self.count: 7,
                self.open_stock: 2,
                self.govern: 4,
                self.transfer_receipt: 10,
                self.split_receipt: 12,
                self.merge_receipts: 12,
                self.restack: 7,
                self.write_receipt: 5,
                self.deliver: 12,
                self.dispute_receipt: 8,
                self.order_over_receipt: 8,
                self.pledge_goods: 8,
                self.end_lien: 10,
                self.block_goods: 5,
                self.issue_bill: 4,
                self.move_bill: 8,
                self.end_bill: 10 if BillState.SURRENDERED in bills else 6,
                self.order_over_bill: 8,
                self.pass_time: 5,
                self.administer: 4,
            },
        )


@pytest.mark.engine_neutral
@pytest.mark.own_network
def test_goods_in_model_projection_and_contracts_agree(tmp_path: Path) -> None:
    chain = open_contracts(tmp_path)
    base = goods_started(chain)
    GoodsLockstep.start = (base, chain.mark())
    run_state_machine_as_test(
        GoodsLockstep,
        settings=settings(
            max_examples=int(EXAMPLES or (ON_NETWORK if on_network() else 30)),
            stateful_step_count=STEPS_ON_NETWORK if on_network() else STEPS,
            derandomize=EXAMPLES is None,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    chain.close()
    done = {name for name, outcome in base.counts if outcome == "done"}
    if on_network():
        assert len(done) >= LEAST_ON_NETWORK, sorted(done)
        return
    refusals = {outcome for _, outcome in base.counts if outcome != "done"}
    missed = set(COMMANDS) - done
    assert len(missed) <= MOST_MISSED, sorted(missed)
    assert len(refusals) > 45, sorted(refusals)

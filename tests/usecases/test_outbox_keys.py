"""Keys and council through the service: changed by commands, once, and what is known of custody follows."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account
from eth_account.signers.local import LocalAccount

from counterfoil.chain.deployment import Deployment
from counterfoil.chain.instructions.signing_request import read_request
from counterfoil.chain.relay.instructions import DeployedInstructions
from counterfoil.domain.commands import CommandState
from counterfoil.entrypoints.worker.wiring import OpenWorker
from counterfoil.ports.store import KeyCustody, PartyRecord
from counterfoil.store.unit_of_work import Store
from counterfoil.usecases.council.acts import seat_council
from counterfoil.usecases.council.propose_act import propose_admission
from counterfoil.usecases.keys.rotate_key import key_proof, rotate_key
from counterfoil.usecases.outbox.signatures import attach_signature, instruction_to_sign
from counterfoil.usecases.resolving import find_party
from ledger_support import BANK, DAY_S, HALDEN, LAHN, Firm, ledger_in, settings_of
from outbox_support import (
    KEEPER,
    OPERATOR,
    OWN_KEY,
    Member,
    accept,
    command,
    make_service_home,
    members_of,
    problem_of,
    result_of,
    sign_waiting,
    work_off,
    worker_in,
)

NEW: LocalAccount = Account.from_key(b"\x74" * 32)


@pytest.fixture(scope="module")
def keyed_home(traded_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("keyed") / "home"
    make_service_home(traded_home, home)
    with ledger_in(home) as ledger:
        seat_council(ledger.bench, members=[HALDEN.key, LAHN.key, BANK.key])
    return home


@pytest.fixture
def home(keyed_home: Path, tmp_path: Path) -> Path:
    shutil.copytree(keyed_home, tmp_path / "home")
    return tmp_path / "home"


@pytest.fixture
def worker(home: Path) -> Iterator[OpenWorker]:
    opened = worker_in(home)
    yield opened
    opened.close()


@pytest.fixture
def store(worker: OpenWorker) -> Store:
    return worker.ledger.store


@pytest.fixture
def members(store: Store) -> dict[str, Member]:
    return members_of(store)


def record_of(worker: OpenWorker, firm: Firm) -> PartyRecord:
    return find_party(worker.ledger.bench, firm.key)


def keys_of(worker: OpenWorker, firm: Firm) -> frozenset[str]:
    party_id = record_of(worker, firm).party_id
    assert party_id is not None
    return worker.ledger.bench.read_model.state.parties[party_id].keys


def done(worker: OpenWorker, member: Member, operation: str, body: dict[str, Any], **more: Any) -> Any:
    """Give a command and work it off; its result."""
    store = worker.ledger.store
    given = accept(store, member, operation, body, **more)
    work_off(worker)
    return result_of(store, given)


def acceptance(worker: OpenWorker, member: Member) -> Any:
    return done(worker, member, "set_standing_acceptance", {"given": True})


def proven(worker: OpenWorker, firm: Firm, new: LocalAccount) -> dict[str, Any]:
    """A new key as bodies state it."""
    bench = worker.ledger.bench
    deadline_at = bench.now() + timedelta(days=1)
    message = dict(key_proof(bench, actor=firm.key, new_key=new.address, deadline_at=deadline_at))
    signature = new.sign_typed_data(full_message=message).signature
    deadline_s = int(deadline_at.timestamp())
    return {"address": new.address, "deadline_s": deadline_s, "proof": f"0x{bytes(signature).hex()}"}


def test_a_kept_key_is_rotated_once(worker: OpenWorker, members: dict[str, Member]) -> None:
    lahn = members[LAHN.name]
    (before,) = keys_of(worker, LAHN)
    result = done(worker, lahn, "rotate_key", {})

    (after,) = keys_of(worker, LAHN)
    assert after != before
    assert result["operation"] == "rotate_key"
    assert record_of(worker, LAHN).key_name.endswith(".2")
    acceptance(worker, lahn)
    # Run again after the last step, as after a crash, it sends nothing and changes nothing.
    again = rotate_key(worker.ledger.bench, actor=LAHN.key, completing=True)
    assert (again.receipts, again.key) == ((), after)
    assert record_of(worker, LAHN).key_name.endswith(".2")


def test_a_party_with_its_own_key_signs_the_rotation_with_the_old_one(
    worker: OpenWorker, store: Store, members: dict[str, Member], home: Path
) -> None:
    keeper = members[KEEPER.name]
    given = accept(store, keeper, "rotate_key", {"new": proven(worker, KEEPER, NEW)})
    work_off(worker)
    assert command(store, given).state is CommandState.AWAITING_SIGNATURE
    assert keys_of(worker, KEEPER) == {OWN_KEY.address}

    assert sign_waiting(store, settings_of(home)) == 1
    work_off(worker)
    assert result_of(store, given)["operation"] == "rotate_key"
    assert keys_of(worker, KEEPER) == {NEW.address}
    assert record_of(worker, KEEPER).custody is KeyCustody.OWN

    following = accept(store, keeper, "set_standing_acceptance", {"given": True})
    work_off(worker)
    with store.read() as work:
        assert work.commands.step_of(following, 0).key == NEW.address
    assert sign_waiting(store, settings_of(home), NEW) == 1
    work_off(worker)
    assert result_of(store, following)["operation"] == "set_standing_acceptance"


def test_a_kept_key_goes_into_the_partys_own_hands(
    worker: OpenWorker, store: Store, members: dict[str, Member]
) -> None:
    lahn = members[LAHN.name]
    done(worker, lahn, "rotate_key", {"new": proven(worker, LAHN, NEW)})
    assert record_of(worker, LAHN).custody is KeyCustody.OWN

    waiting = accept(store, lahn, "set_standing_acceptance", {"given": True})
    work_off(worker)
    assert command(store, waiting).state is CommandState.AWAITING_SIGNATURE


def test_a_proof_of_another_change_ends_the_command_with_the_ledgers_refusal(
    worker: OpenWorker, store: Store, members: dict[str, Member]
) -> None:
    theirs = proven(worker, HALDEN, NEW)
    given = accept(store, members[LAHN.name], "rotate_key", {"new": theirs})
    work_off(worker)
    assert command(store, given).state is CommandState.REFUSED
    assert problem_of(store, given)["code"] == "KeyProofNotKeys"
    assert record_of(worker, LAHN).custody is KeyCustody.KEYSTORE


def test_the_registrar_replaces_a_lost_key(worker: OpenWorker, members: dict[str, Member]) -> None:
    operator, lahn = members[OPERATOR], members[LAHN.name]
    (lost,) = keys_of(worker, LAHN)
    for operation, key in (("add_party_key", NEW.address), ("remove_party_key", lost)):
        done(worker, operator, operation, {"party_id": lahn.party_id, "key": key}, office="registrar")
    assert keys_of(worker, LAHN) == {NEW.address}
    assert record_of(worker, LAHN).custody is KeyCustody.OWN


def test_the_council_recovers_a_key_in_two_steps_of_one_command(
    worker: OpenWorker, store: Store, members: dict[str, Member]
) -> None:
    halden, lahn, bank = (members[firm.name] for firm in (HALDEN, LAHN, BANK))
    keeper = members[KEEPER.name]
    asked = {
        "party_id": keeper.party_id,
        "new_key": NEW.address,
        "lost_key": OWN_KEY.address,
        "reason": "letter of 3 September",
    }
    done(worker, halden, "propose_recovery", asked)
    assert sorted(worker.ledger.bench.read_model.state.proposals) == [1, 2]
    for proposal_id in (1, 2):
        for member in (lahn, bank):
            done(worker, member, "approve_act", {"proposal_id": proposal_id})
    early = accept(store, lahn, "execute_act", {"proposal_id": 1})
    work_off(worker)
    assert problem_of(store, early)["code"] == "ProposalTooEarly"

    worker.ledger.advance_time(DAY_S)
    later = datetime.now(UTC) + timedelta(days=1)
    for proposal_id in (1, 2):
        done(worker, bank, "execute_act", {"proposal_id": proposal_id}, now=later)
    assert keys_of(worker, KEEPER) == {NEW.address}


def test_a_proposal_is_not_made_again_when_its_command_is_completed(
    worker: OpenWorker, members: dict[str, Member]
) -> None:
    keeper_id = members[KEEPER.name].party_id
    asked = {"member_party_id": keeper_id, "reason": "meeting of 3 September"}
    done(worker, members[HALDEN.name], "propose_admission", asked)
    assert keeper_id is not None
    again = propose_admission(
        worker.ledger.bench, actor=HALDEN.key, member=keeper_id, reason="x", completing=True
    )
    assert (again.proposal_ids, again.receipts) == ((1,), ())


def test_what_the_service_hands_out_is_what_the_signer_reads_and_answers(
    worker: OpenWorker, store: Store, members: dict[str, Member], home: Path
) -> None:
    keeper = members[KEEPER.name]
    given = accept(store, keeper, "set_standing_acceptance", {"given": True})
    work_off(worker)
    instructions = DeployedInstructions(Deployment.load(settings_of(home).deployment_path))
    with store.read() as work:
        handed = instruction_to_sign(work, instructions, command_id=given, org_id=keeper.org_id)
    request = read_request(json.loads(json.dumps(handed)), file_name="instruction.json")
    answer = request.sign(OWN_KEY)
    active = keys_of(worker, KEEPER)

    assert dict(request.lines)["debtor"] == "everybody"
    with store.concurrent() as work:
        attach_signature(
            work,
            instructions,
            command_id=given,
            org_id=keeper.org_id,
            key=answer["key"],
            nonce=int(answer["nonce"]),
            signature=bytes.fromhex(answer["signature"][2:]),
            active_keys=active,
            now=datetime.now(UTC),
        )
    work_off(worker)
    assert result_of(store, given)["operation"] == "set_standing_acceptance"

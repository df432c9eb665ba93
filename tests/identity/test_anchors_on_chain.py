"""Anchoring on the contract itself, and the command that compares."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from eth_account import Account
from typer.testing import CliRunner

from counterfoil.bootstrap import ANCHOR_KEY, create_ledger, open_ledger
from counterfoil.chain.anchors import ChainAnchors
from counterfoil.domain.audit_chain import AuditHead
from counterfoil.domain.errors import CounterfoilError
from counterfoil.entrypoints.cli.command_line import app
from counterfoil.settings import Settings
from counterfoil.usecases.identity.audit_log import anchor_audit_head
from identity.identity_support import NOON, PASSWORD
from ledger_support import CHEAP_SCRYPT_N, PASSPHRASE


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A home with a ledger, whose audit log has two entries, anchored, and a third one."""
    made = Settings(
        home=tmp_path_factory.mktemp("anchors") / "home",
        passphrase=PASSPHRASE,
        keystore_scrypt_n=CHEAP_SCRYPT_N,
    )
    create_ledger(made, passphrase=lambda _name: PASSPHRASE)
    return made


def runs(settings: Settings, *arguments: str) -> tuple[int, str]:
    environment = {
        "COUNTERFOIL_HOME": str(settings.home),
        "COUNTERFOIL_PASSPHRASE": PASSPHRASE,
        "COUNTERFOIL_KEYSTORE_SCRYPT_N": str(CHEAP_SCRYPT_N),
        "COUNTERFOIL_OPERATOR_PASSWORD": PASSWORD,
    }
    result = CliRunner().invoke(app, [*arguments], env=environment)
    return result.exit_code, result.output


def test_the_log_is_anchored_and_verified_on_chain(settings: Settings) -> None:
    code, told = runs(settings, "service", "create-operator", "--login", "ops@example.org", "--json")
    assert code == 0, told
    assert json.loads(told)["login"] == "ops@example.org"
    code, told = runs(settings, "service", "create-operator", "--login", "more@example.org")
    assert (code, "OperatorExists" in told) == (1, True)

    code, told = runs(settings, "audit", "verify")
    assert code == 0, told
    assert "1 entries" in told
    assert "Nothing of it is anchored" in told

    with open_ledger(settings, passphrase=lambda _name: PASSPHRASE) as ledger:
        signer = ledger.keys.signer(ANCHOR_KEY)
        anchors = ChainAnchors(ledger.gateway, address=signer.address, signer=signer)
        assert anchors.last_anchor() is None
        head = anchor_audit_head(ledger.store, anchors)
        assert head is not None
        kept = anchors.last_anchor()
        assert kept is not None
        assert (kept.sequence, kept.head_hash) == (1, head.entry_hash)
        (found,) = anchors.all_anchors()
        assert found.block_number is not None
        with pytest.raises(CounterfoilError) as refused:
            anchors.anchor(head)
        assert refused.value.code == "AnchorNotNewer"
        stranger = Account.from_key("0x" + "11" * 32)
        others = ChainAnchors(ledger.gateway, address=stranger.address, signer=stranger)
        assert others.last_anchor() is None
        assert others.all_anchors() == ()
        with pytest.raises(CounterfoilError) as refused:
            others.anchor(AuditHead(sequence=1, entry_hash="a" * 64))
        assert refused.value.code == "AccessManagedUnauthorized"
        with ledger.store.concurrent() as work:
            work.audit.append(
                at=NOON, org_id=None, user_id=None, action="a", subject="s", correlation_id="", detail={}
            )

    code, told = runs(settings, "audit", "verify", "--json")
    assert code == 0, told
    assert json.loads(told)["sequence"] == 2
    assert (json.loads(told)["anchors"], json.loads(told)["anchored_up_to"]) == (1, 1)


def test_a_password_file_is_read_and_an_empty_one_refused(settings: Settings, tmp_path: Path) -> None:
    empty = tmp_path / "password"
    empty.write_text("")
    code, told = runs(
        settings, "service", "create-operator", "--login", "a@b.example", "--password-file", str(empty)
    )
    assert (code, "PasswordUnfit" in told) == (1, True)

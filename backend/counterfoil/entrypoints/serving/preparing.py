"""What must be there before the service runs: the ledger with its keys, and the store's tables."""

from __future__ import annotations

from counterfoil.bootstrap import create_ledger, home_keys, open_store
from counterfoil.domain.errors import DomainError
from counterfoil.entrypoints.serving.handover import Handover
from counterfoil.usecases import refusals


def prepare(handover: Handover) -> None:
    """Set up what is missing. A home that has a ledger only gets the keys and tables that came later.

    Raises DomainError LedgerMissing where the contracts would have to be put on somebody's chain and nobody
    asked for that, KeystoreError KeyLocked for a wrong passphrase, and what the parts raise.
    """
    settings = handover.settings

    def passphrase(_name: str) -> str:
        return handover.passphrase.get_secret_value()

    if not settings.deployment_path.exists():
        if settings.chain is not None and not handover.deploy:
            raise DomainError(refusals.LEDGER_MISSING, home=str(settings.home))
        create_ledger(settings, passphrase=passphrase)
    keys = home_keys(settings, passphrase)
    keys.ensure_service_key()
    keys.service_key()
    open_store(settings).close()

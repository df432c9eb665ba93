"""The worker's wiring: an open ledger becomes a desk that prepares, signs, relays and settles."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from counterfoil.bootstrap import OpenLedger, Passphrase, lane_keys, open_ledger
from counterfoil.chain.ledger_gateway import LedgerGateway
from counterfoil.chain.relay.capturing import CapturingGateway, CapturingKeys
from counterfoil.chain.relay.instructions import DeployedInstructions
from counterfoil.chain.relay.relay import InstructionRelay
from counterfoil.domain.errors import DomainError
from counterfoil.entrypoints.worker.operation_adapter import OperationDesk, OrganisationRules
from counterfoil.entrypoints.worker.preparing_round import PreparingRound
from counterfoil.ports.files import owner_of
from counterfoil.ports.store import PartyRecord
from counterfoil.sealing.file_cipher import FileCipher
from counterfoil.settings import Settings
from counterfoil.store.unit_of_work import Store
from counterfoil.usecases import refusals
from counterfoil.usecases.files.encrypted_files import EncryptedFiles
from counterfoil.usecases.outbox.expiring import expire_overdue
from counterfoil.usecases.outbox.fault_points import At, no_fault
from counterfoil.usecases.outbox.preparing import prepare_due
from counterfoil.usecases.outbox.relaying import Relay
from counterfoil.usecases.outbox.sending_desk import SendingDesk
from counterfoil.usecases.read_model import ReadModel

_SYNC_EVERY_S = 0.5
_IN_FLIGHT = 4
_FIRST_RESEND = timedelta(milliseconds=250)
_BLOCKS_BEFORE_RESEND = 2


@dataclass(slots=True)
class CommandLoop:
    """Prepares, relays and indexes in turns of one thread: nothing reads a state while it is folded."""

    desk: SendingDesk
    relay: Relay
    read_model: ReadModel
    _synced_at: float = 0.0

    def turn(self) -> bool:
        """One round; whether there may be more to do at once."""
        moved = prepare_due(self.desk) > 0
        moved |= self.relay.turn()
        if not moved and time.monotonic() - self._synced_at >= _SYNC_EVERY_S:
            # Others may write to the chain as well.
            self.read_model.sync()
            self._synced_at = time.monotonic()
        return moved


@dataclass(frozen=True, slots=True)
class OpenWorker:
    """An open ledger with a desk for commands."""

    ledger: OpenLedger
    desk: SendingDesk
    files: EncryptedFiles
    commands: CommandLoop

    def expire(self) -> bool:
        """End commands past their time."""
        return expire_overdue(self.desk) > 0

    def close(self) -> None:
        """Give chain and store back."""
        self.ledger.close()


class CommandFiles:
    """The files that commands brought, as operations ask for them."""

    def __init__(self, store: Store, files: EncryptedFiles) -> None:
        self._store = store
        self._files = files

    def read(self, content_sha256: str) -> bytes:
        """The bytes of a file. Raises DomainError FileUnknown."""
        with self._store.read() as work:
            return self._files.content_for_service(work, content_sha256)

    def share(self, command_id: str, content_sha256: str, subject: str, party_keys: Sequence[str]) -> None:
        """Put a command's file under a subject, for the parties of these keys."""
        with self._store.concurrent() as work:
            brought = work.files.of_subject(f"command:{command_id}")
            entry = next(each for each in brought if each.file.content_sha256 == content_sha256)
            # A command that is carried out again after a crash may have put it there already.
            if all(place.subject != subject for place in work.files.places_of(entry.file.file_id)):
                self._files.link(work, entry, subject=subject, readers=[owner_of(key) for key in party_keys])


def open_worker(settings: Settings, *, passphrase: Passphrase, at: At = no_fault) -> OpenWorker:
    """Open the ledger of a home for its worker. at: where tests stop the process. Raises as open_ledger."""
    ledger = open_ledger(settings, passphrase=passphrase, at=at)
    try:
        return _wired(settings, ledger, at=at)
    except BaseException:
        ledger.close()
        raise


def _wired(settings: Settings, ledger: OpenLedger, *, at: At) -> OpenWorker:
    direct = ledger.bench
    read_model = ledger.bench.read_model
    if not isinstance(read_model, ReadModel):
        raise TypeError("the worker's read model is the one that follows the chain")

    def active_key_of(party: PartyRecord) -> str:
        keys = () if party.party_id is None else read_model.state.parties[party.party_id].keys
        if not keys:
            raise DomainError(refusals.PARTY_NOT_REGISTERED, name=party.name)
        return sorted(keys)[0]

    round_ = PreparingRound(ledger.store)
    capturing = replace(
        direct,
        store=round_,
        ledger=LedgerGateway(CapturingGateway(ledger.gateway)),
        keys=CapturingKeys(ledger.keys, active_key_of=active_key_of),
    )
    for name in lane_keys(settings):
        # A home of an earlier version, or with fewer lanes, has not all of them.
        ledger.keys.ensure(name)
    ledger.keys.ensure_service_key()
    files = EncryptedFiles(
        cipher=FileCipher(), sealing=ledger.keys.service_key(), now=lambda: datetime.now(UTC)
    )

    brought = CommandFiles(ledger.store, files)
    organisations = OrganisationRules(ledger.store, once=round_.once)
    desk = SendingDesk(
        store=ledger.store,
        instructions=DeployedInstructions(ledger.deployment),
        relay=InstructionRelay(
            ledger.web3,
            ledger.gateway,
            tries_all=settings.chain is not None,
            on_pending=settings.chain is None,
            most_gas=ledger.profile.most_gas_a_transaction,
        ),
        read_model=read_model,
        round=round_,
        open_operation=OperationDesk(
            capturing=capturing, direct=direct, read_file=brought.read, share_file=brought.share
        ),
        approvals_of=organisations.approvals_of,
        is_active=organisations.is_active,
        lanes=tuple(ledger.keys.signer(name) for name in lane_keys(settings)),
        now=lambda: datetime.now(UTC),
        chain_now_s=direct.chain_now_s,
        at=at,
        confirmations=_confirmations(settings, ledger),
        in_flight=_in_flight(settings, ledger),
        most_in_batch=settings.relay_batch,
        most_prepared=settings.relay_batch,
        resend_after=max(_FIRST_RESEND, _BLOCKS_BEFORE_RESEND * _block_period(ledger)),
    )
    return OpenWorker(ledger, desk, files, CommandLoop(desk, Relay(desk), read_model))


def _block_period(ledger: OpenLedger) -> timedelta:
    return timedelta(milliseconds=ledger.profile.block_period_ms)


def _in_flight(settings: Settings, ledger: OpenLedger) -> int:
    """As the settings say, else several where blocks are final at once.

    On the embedded chain too a transaction is in a block when its sending has been answered.
    """
    if settings.relay_in_flight is not None:
        return settings.relay_in_flight
    return _IN_FLIGHT if settings.chain is not None and _confirmations(settings, ledger) == 0 else 1


def _confirmations(settings: Settings, ledger: OpenLedger) -> int:
    """As the settings say, else as the engine's profile does."""
    if settings.confirmations is not None:
        return settings.confirmations
    return ledger.profile.finality.confirmations

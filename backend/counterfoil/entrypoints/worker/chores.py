"""What the worker does beside commands: compare, tell webhooks, share files, anchor the audit log."""

from __future__ import annotations

from counterfoil.bootstrap import ANCHOR_KEY
from counterfoil.chain.anchors import ChainAnchors
from counterfoil.entrypoints.worker.loops import Loop
from counterfoil.entrypoints.worker.wiring import OpenWorker
from counterfoil.ports.chain_log import BEFORE_ALL, EventPlace
from counterfoil.settings import Settings
from counterfoil.usecases.delivery.webhook_loop import WebhookLoop
from counterfoil.usecases.files.share_files import share_all_files, share_files_after
from counterfoil.usecases.identity.anchoring import AuditAnchoring
from counterfoil.usecases.indexing.running_comparison import RunningComparison, as_it_is
from counterfoil.usecases.read_model import ReadModel

_PAGE = 500
_LAST_OF_BLOCK = 2**31 - 1
"""No log of a block has a higher place: the column ends there on PostgreSQL."""
_BEHIND_PAUSE_S = 0.5
_COMPARE_PAUSE_S = 1.0
_ANCHOR_PAUSE_S = 5.0


class FileSharing:
    """Follows the indexed events, so that whoever they entitle to files can read them.

    Wraps are made after the events that ask for them: a crash in between is made good by the first turn of
    the next process, which looks at every subject.
    """

    def __init__(self, worker: OpenWorker, read_model: ReadModel) -> None:
        self._worker = worker
        self._read_model = read_model
        self._epoch = -1
        self._last = BEFORE_ALL

    def turn(self) -> bool:
        """Settle who reads after some events; whether there may be more."""
        with self._read_model.reading() as view:
            state, block_number, epoch = as_it_is(view.state), view.block_number, view.epoch
        store, files = self._worker.ledger.store, self._worker.files
        if epoch != self._epoch:
            share_all_files(store, files, state=state)
            self._epoch, self._last = epoch, EventPlace(block_number, _LAST_OF_BLOCK)
            return False
        with store.read() as work:
            page = work.chain_log.page(after=self._last, up_to_block=block_number, limit=_PAGE)
        if not page:
            return False
        decoded = (self._worker.ledger.bench.ledger.decode(record) for record in page)
        share_files_after(store, files, state=state, recorded=[each for each in decoded if each is not None])
        self._last = EventPlace(page[-1].block_number, page[-1].log_index)
        return len(page) == _PAGE


def chores(worker: OpenWorker, settings: Settings) -> list[Loop]:
    """The loops beside that of commands, and what ends with them."""
    ledger, read_model = worker.ledger, worker.commands.read_model
    webhooks = WebhookLoop(
        ledger.store,
        read_model,
        ledger.bench.ledger.decode,
        sealing=ledger.keys.service_key(),
        allow_private=settings.private_webhooks,
    )
    ledger.keys.ensure(ANCHOR_KEY)
    anchor = ledger.keys.signer(ANCHOR_KEY)
    comparison = RunningComparison(ledger.bench.ledger, ledger.store, read_model)
    anchoring = AuditAnchoring(
        ledger.store,
        ChainAnchors(ledger.gateway, address=anchor.address, signer=anchor),
        every_s=settings.audit_anchor_interval_s,
    )
    return [
        Loop(name="files", turn=FileSharing(worker, read_model).turn, longest_pause_s=_BEHIND_PAUSE_S),
        Loop(name="webhooks", turn=webhooks.turn, longest_pause_s=_BEHIND_PAUSE_S, on_end=webhooks.close),
        Loop(name="comparison", turn=comparison.step, longest_pause_s=_COMPARE_PAUSE_S),
        Loop(name="anchoring", turn=anchoring.turn, longest_pause_s=_ANCHOR_PAUSE_S),
    ]

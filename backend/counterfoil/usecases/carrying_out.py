"""What all commands share: send, tell the observers, log without secrets, bring the read model up to date."""

from __future__ import annotations

import logging
from collections.abc import Callable

from counterfoil.domain.errors import CounterfoilError
from counterfoil.ports.engine import Receipt
from counterfoil.usecases.workbench import Workbench

_log = logging.getLogger("counterfoil.command")


def carry_out(bench: Workbench, operation: str, send: Callable[[], Receipt]) -> Receipt:
    """The receipt of one transaction that took effect; refusals of the chain pass through.

    The log has the operation, the code, block and gas: no names, no keys, no amounts.
    """
    try:
        receipt = send()
    except CounterfoilError as refused:
        _log.info("command refused", extra={"operation": operation, "code": refused.code})
        raise
    for observe in bench.observers:
        observe(operation=operation, receipt=receipt)
    _log.info(
        "command done",
        extra={
            "operation": operation,
            "tx_hash": receipt.tx_hash,
            "block_number": receipt.block_number,
            "gas_used": receipt.gas_used,
        },
    )
    bench.read_model.sync()
    return receipt

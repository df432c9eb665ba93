"""Logs and traces say what happened and to which request it belongs, and name nobody and no amount."""

from __future__ import annotations

import json
import logging
import re
import subprocess
import sys
from collections.abc import Iterator
from io import StringIO

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from counterfoil.bootstrap import open_ledger
from counterfoil.domain.errors import CounterfoilError
from counterfoil.entrypoints.logs import correlation, log_to_stderr
from counterfoil.observing.tracing import current_traceparent, span, stop_tracing, trace_with
from counterfoil.settings import Settings
from counterfoil.usecases.cash.issue_cash import issue_cash
from ledger_support import BANK, HALDEN, LAHN, PASSPHRASE, VALTENNA, record, ubl


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> Iterator[StringIO]:
    """What goes to standard error while everything is logged, also by libraries."""
    loggers = [logging.getLogger(), logging.getLogger("counterfoil")]
    before = [(each, each.handlers[:], each.level, each.propagate) for each in loggers]
    written = StringIO()
    with monkeypatch.context() as patched:
        patched.setattr(sys, "stderr", written)
        log_to_stderr("DEBUG", libraries=True)
    loggers[0].setLevel(logging.DEBUG)
    yield written
    for logger, handlers, level, propagate in before:
        logger.handlers[:] = handlers
        logger.setLevel(level)
        logger.propagate = propagate


def lines(logged: StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in logged.getvalue().splitlines()]


def test_a_line_has_the_known_fields_and_no_others(logged: StringIO) -> None:
    logger = logging.getLogger("counterfoil.test")
    logger.info("it happened", extra={"operation": "confirm_note", "amount_minor": 7, "party": "Lahn"})
    token = correlation.set("req-1")
    logger.info("it happened")
    logger.info("it happened", extra={"correlation_id": "req-2"})
    correlation.reset(token)

    first, second, third = lines(logged)
    assert first.keys() == {"at", "level", "logger", "event", "operation"}
    assert second["correlation_id"] == "req-1"
    assert third["correlation_id"] == "req-2"


def test_of_an_exception_its_type_and_place_are_logged(logged: StringIO) -> None:
    try:
        raise ValueError("Gusswerk Lahn owes 1,000.00")
    except ValueError:
        logging.getLogger("counterfoil.test").exception("it failed")
    logging.getLogger("some.library").error("cannot pay %s to %s", "1,000.00", "Lahn")

    ours, theirs = lines(logged)
    assert ours["exception"] == "ValueError"
    assert "raised_at" in ours
    assert theirs["event"] == "cannot pay %s to %s"
    assert not any("1,000" in str(line) or "Lahn" in str(line) for line in (ours, theirs))


def test_a_scenario_logs_no_name_key_secret_or_amount(settings: Settings, logged: StringIO) -> None:
    with open_ledger(settings, passphrase=lambda _: PASSPHRASE) as ledger:
        record(ledger.bench, ubl("RE-77-4711", "8642.42", seller=VALTENNA, buyer=LAHN))
        issue_cash(ledger.bench, party=BANK.key, currency="EUR", amount_minor=864_242, deposit="D-4711")
        with pytest.raises(CounterfoilError):
            issue_cash(ledger.bench, party=BANK.key, currency="EUR", amount_minor=864_242, deposit="D-4711")
        keys = {key for party in ledger.bench.read_model.state.parties.values() for key in party.keys}

    shown = logged.getvalue()
    assert "issue_cash" in shown
    told = json.dumps([json.loads(line) for line in shown.splitlines()]).lower()
    without_hashes = re.sub("0x[0-9a-f]{64}", "", told)
    secrets = [PASSPHRASE, "4711", "8642", "864242", "864_242"]
    names = [word for firm in (HALDEN, LAHN, VALTENNA, BANK) for word in (firm.name, firm.vat)]
    assert [each for each in (*secrets, *names) if each.lower() in without_hashes] == []
    assert [each for each in keys if each.lower() in told] == []


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    """What is traced, in memory."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    trace_with(provider)
    yield exporter
    stop_tracing()


def test_a_span_of_the_worker_joins_that_of_the_request(spans: InMemorySpanExporter) -> None:
    above = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    with span("http.request", traceparent=above, method="POST"):
        kept = current_traceparent()
    with span("command.prepare", traceparent=kept, operation="confirm_note", step=1), span("inner"):
        pass

    request, inner, prepared = spans.get_finished_spans()
    assert kept is not None
    assert {each.context.trace_id for each in (request, inner, prepared)} == {
        0x0AF7651916CD43DD8448EB211C80319C
    }
    assert request.parent is not None
    assert request.parent.span_id == 0xB7AD6B7169203331
    assert prepared.parent is not None
    assert prepared.parent.span_id == request.context.span_id
    assert inner.parent is not None
    assert inner.parent.span_id == prepared.context.span_id
    assert prepared.attributes == {"counterfoil.operation": "confirm_note", "counterfoil.step": 1}


def test_a_span_that_fails_says_so_without_the_exceptions_text(spans: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError, match="Lahn"), span("command.prepare"):
        raise ValueError("Lahn owes 1,000.00")

    (found,) = spans.get_finished_spans()
    assert not found.status.is_ok
    assert found.events == ()
    assert "Lahn" not in found.to_json()


@pytest.mark.parametrize("header", ["", "nonsense", "00-00-00-00", "\0"])
def test_a_header_that_is_no_trace_begins_a_new_one(spans: InMemorySpanExporter, header: str) -> None:
    with span("http.request", traceparent=header):
        pass
    assert spans.get_finished_spans()[0].parent is None


def test_tracing_that_is_off_loads_nothing() -> None:
    program = (
        "import sys\n"
        "from counterfoil.observing.tracing import current_traceparent, span, start_tracing, stop_tracing\n"
        "start_tracing(None, process='http')\n"
        "with span('a', traceparent='00-x', b=1): assert current_traceparent() is None\n"
        "stop_tracing()\n"
        "sys.exit(any(name.startswith('opentelemetry') for name in sys.modules))\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)

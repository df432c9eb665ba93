"""OpenTelemetry traces, from the HTTP request over the command to the worker. Off, they cost nothing.

Spans carry identifiers of the service's own and names of operations and routes; no names of parties, no
amounts, no addresses. Until `start_tracing` was called, OpenTelemetry is not even imported.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

_Spans = Callable[[str, str | None, dict[str, str | int]], AbstractContextManager[None]]
_ATTRIBUTE_PREFIX = "counterfoil."


class _Tracing:
    """What is switched on by `start_tracing`, once a process."""

    spans: _Spans | None = None
    traceparent: Callable[[], str | None] | None = None
    stop: Callable[[], None] | None = None


def start_tracing(endpoint: str | None, *, process: str) -> None:
    """Send this process's spans to an OTLP endpoint over HTTP; None: leave tracing off.

    endpoint: for example http://collector:4318/v1/traces. process: http or worker.
    """
    if endpoint is None:
        return
    # Loads in a third of a second, and few installations trace.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415 - as above
        OTLPSpanExporter,
    )
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 - as above
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 - as above
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415 - as above

    provider = TracerProvider(resource=Resource({"service.name": f"counterfoil-{process}"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
    trace_with(provider)


def trace_with(provider: object) -> None:
    """Make spans with a provider that is set up already: for tests, and by `start_tracing`."""
    from opentelemetry import trace  # noqa: PLC0415 - only where tracing is on
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 - as above
    from opentelemetry.trace.propagation.tracecontext import (  # noqa: PLC0415 - as above
        TraceContextTextMapPropagator,
    )

    if not isinstance(provider, TracerProvider):
        raise TypeError("a TracerProvider is needed")
    tracer = provider.get_tracer("counterfoil")
    propagator = TraceContextTextMapPropagator()

    @contextmanager
    def spans(name: str, traceparent: str | None, attributes: dict[str, str | int]) -> Iterator[None]:
        above = propagator.extract({"traceparent": traceparent}) if traceparent else None
        # An exception's text may quote anything: only that there was one is told.
        with tracer.start_as_current_span(
            name, context=above, record_exception=False, set_status_on_exception=False
        ) as made:
            for key, value in attributes.items():
                made.set_attribute(_ATTRIBUTE_PREFIX + key, value)
            try:
                yield
            except BaseException as failed:
                made.set_status(trace.StatusCode.ERROR, type(failed).__name__)
                raise

    def traceparent() -> str | None:
        carrier: dict[str, str] = {}
        propagator.inject(carrier)
        return carrier.get("traceparent")

    _Tracing.spans, _Tracing.traceparent, _Tracing.stop = spans, traceparent, provider.shutdown


def stop_tracing() -> None:
    """Send what is left. Harmless when tracing is off."""
    if _Tracing.stop is not None:
        _Tracing.stop()
    _Tracing.spans = _Tracing.traceparent = _Tracing.stop = None


def span(
    name: str, *, traceparent: str | None = None, **attributes: str | int
) -> AbstractContextManager[None]:
    """A span around a block. traceparent: W3C text of the span above, from a header or a command's row."""
    if _Tracing.spans is None:
        return nullcontext()
    return _Tracing.spans(name, traceparent, attributes)


def current_traceparent() -> str | None:
    """W3C text of the current span, to be kept where work goes on elsewhere; None while tracing is off."""
    return None if _Tracing.traceparent is None else _Tracing.traceparent()

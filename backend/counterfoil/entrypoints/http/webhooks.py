"""Webhooks: where an organisation wants to be told of events and of its commands, and what became of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from counterfoil.domain.access import Principal
from counterfoil.domain.errors import DomainError, declare
from counterfoil.domain.ids import ENDPOINT, new_id
from counterfoil.domain.projection.fold import projected_events
from counterfoil.entrypoints.http.idempotency import REPLAYED, Answer, IdempotencyKey, ServiceUnit
from counterfoil.entrypoints.http.identity.serving import Administrator, Writes, shown
from counterfoil.entrypoints.http.problems import problems
from counterfoil.entrypoints.http.read.answering import Cursor, Limit, Pager
from counterfoil.entrypoints.http.read.shapes import Page, Shape
from counterfoil.entrypoints.http.service import HttpService
from counterfoil.ports.webhooks import DeliveryRecord, DeliveryState, EndpointRecord, EndpointState
from counterfoil.usecases.delivery.messages import COMMAND_STATES, REORGANISED, command_event
from counterfoil.usecases.delivery.messages import Cursor as EndpointCursor
from counterfoil.usecases.delivery.signing import new_secret
from counterfoil.usecases.delivery.targets import LONGEST_URL, check_url
from counterfoil.usecases.delivery.webhook_loop import secret_purpose
from counterfoil.usecases.identity.asking import Asking, administering, record

WEBHOOK_NOT_FOUND = declare(
    "WebhookNotFound", "there is no webhook {webhook_id}", "List the webhooks of your organisation."
)
DELIVERY_NOT_FOUND = declare(
    "DeliveryNotFound",
    "there is no delivery {delivery_id} of webhook {webhook_id}",
    "List the deliveries of the webhook.",
)
WEBHOOKS_TAKEN = declare(
    "WebhooksTaken",
    "the organisation has {most} webhooks already",
    "Remove one of them; one webhook can be told of everything.",
)
EVENT_NAME_UNKNOWN = declare(
    "WebhookEventUnknown",
    "events: {name!r} is nothing that a webhook is told of",
    "Use the names that the description of this route lists, or none for everything.",
)
MOST_WEBHOOKS = 20
EVENT_NAMES = tuple(
    sorted(
        {kind.__name__ for kind in projected_events()}
        | {command_event(state) for state in COMMAND_STATES}
        | {REORGANISED}
    )
)

WebhookId = Annotated[str, Path(pattern="^whk_[0-9a-z]{26}$", examples=["whk_01j00000000000000000000000"])]
DeliveryId = Annotated[str, Path(pattern="^msg_[0-9a-f]{40}$", examples=["msg_" + "0a" * 20])]


class NewWebhook(BaseModel):
    """Where to send, and what."""

    model_config = ConfigDict(extra="forbid")

    url: Annotated[
        str,
        Field(
            min_length=1,
            max_length=LONGEST_URL,
            description="https, on the public internet.",
            examples=["https://erp.example.com/counterfoil"],
        ),
    ]
    events: Annotated[
        list[str],
        Field(
            max_length=len(EVENT_NAMES),
            description="Names of ledger events and of `command.*`; everything where it is empty. One of: "
            + ", ".join(EVENT_NAMES),
            examples=[["NoteConfirmed", "command.done"]],
        ),
    ] = []


class WebhookChange(BaseModel):
    """Pause an endpoint, or go on. What it misses meanwhile waits for it."""

    model_config = ConfigDict(extra="forbid")

    paused: Annotated[bool, Field(examples=[True])]


class Webhook(Shape):
    """An endpoint."""

    webhook_id: str
    url: str
    events: list[str] = Field(description="Empty: everything.")
    state: EndpointState
    created_at: datetime


class CreatedWebhook(Webhook):
    """A new endpoint with its secret."""

    secret: str | None = Field(
        description="What deliveries are signed with, shown once: a repetition of the request gets null."
    )


class Delivery(Shape):
    """One message to one endpoint."""

    delivery_id: str = Field(description="The header webhook-id: the same each time that it is sent.")
    event: str
    state: DeliveryState
    attempts: int = Field(description="Since it was made or replayed.")
    next_attempt_at: datetime | None
    last_code: int | None = Field(description="HTTP status of the last answer.")
    last_failure: str | None
    created_at: datetime
    delivered_at: datetime | None
    replays: int


class DeliverySheet(Delivery):
    """A message with what it says."""

    body: dict[str, JsonValue]


def webhook_router(service: HttpService) -> APIRouter:
    """The routes of webhooks."""
    routes = APIRouter(tags=["webhooks"])
    _endpoints(routes, service)
    _changes(routes, service)
    _deliveries(routes, service)
    return routes


def _endpoints(routes: APIRouter, service: HttpService) -> None:
    writes = Writes(service)

    @routes.post(
        "/webhooks",
        operation_id="create_webhook",
        status_code=201,
        response_model=CreatedWebhook,
        responses={201: {"headers": REPLAYED}, **problems(400, 401, 403, 409, 413, 415, 422)},
    )
    def create_webhook(
        body: NewWebhook, principal: Administrator, request: Request, idempotency_key: IdempotencyKey
    ) -> Response:
        """Be told of events from now on. Only administrators; the secret is shown this once."""
        check_url(body.url, allow_private=service.webhooks_private)
        for name in body.events:
            if name not in EVENT_NAMES:
                raise DomainError(EVENT_NAME_UNKNOWN, name=name[:64])
        endpoint, secret = _new_endpoint(service, principal, body)

        def change(unit: ServiceUnit, asked: Asking) -> Answer:
            administering(unit, asked, principal.org_id)
            if len(unit.webhooks.endpoints_of(principal.org_id)) >= MOST_WEBHOOKS:
                raise DomainError(WEBHOOKS_TAKEN, most=MOST_WEBHOOKS)
            unit.webhooks.add_endpoint(endpoint)
            told = {"url": endpoint.url, "events": list(endpoint.events)}
            _record(unit, asked, "webhook.created", endpoint.endpoint_id, told)
            answer = CreatedWebhook(**dict(_webhook(endpoint)), secret=secret)
            return shown(answer, code=201, kept=answer.model_copy(update={"secret": None}))

        return writes.once(request, principal, idempotency_key, body, change)

    @routes.get(
        "/webhooks",
        operation_id="list_webhooks",
        response_model=Page[Webhook],
        responses=problems(401, 403),
    )
    def list_webhooks(principal: Administrator) -> Page[Webhook]:
        """The organisation's webhooks; there are few, so they come at once."""
        with service.store.read() as unit:
            found = unit.webhooks.endpoints_of(principal.org_id)
        return Page[Webhook](items=[_webhook(each) for each in found], next_cursor=None)

    @routes.get(
        "/webhooks/{webhook_id}",
        operation_id="show_webhook",
        response_model=Webhook,
        responses=problems(401, 403, 404),
    )
    def show_webhook(principal: Administrator, webhook_id: WebhookId) -> Webhook:
        """One webhook."""
        with service.store.read() as unit:
            return _webhook(_own(unit, principal, webhook_id))


def _changes(routes: APIRouter, service: HttpService) -> None:
    writes = Writes(service)

    @routes.patch(
        "/webhooks/{webhook_id}",
        operation_id="change_webhook",
        response_model=Webhook,
        responses={200: {"headers": REPLAYED}, **problems(400, 401, 403, 404, 409, 413, 415, 422)},
    )
    def change_webhook(
        body: WebhookChange,
        principal: Administrator,
        request: Request,
        webhook_id: WebhookId,
        idempotency_key: IdempotencyKey,
    ) -> Response:
        """Pause a webhook or let it go on."""
        state = EndpointState.PAUSED if body.paused else EndpointState.ACTIVE

        def change(unit: ServiceUnit, asked: Asking) -> Answer:
            administering(unit, asked, principal.org_id)
            endpoint = _own(unit, principal, webhook_id)
            unit.webhooks.set_state(webhook_id, state)
            _record(unit, asked, f"webhook.{state.value}", webhook_id)
            return shown(_webhook(endpoint).model_copy(update={"state": state}))

        return writes.once(request, principal, idempotency_key, body, change)

    @routes.delete(
        "/webhooks/{webhook_id}",
        operation_id="remove_webhook",
        status_code=204,
        response_class=Response,
        responses={204: {"headers": REPLAYED}, **problems(400, 401, 403, 404, 409)},
    )
    def remove_webhook(
        request: Request, principal: Administrator, webhook_id: WebhookId, idempotency_key: IdempotencyKey
    ) -> Response:
        """Tell it nothing more. What is waiting for it is not sent."""

        def change(unit: ServiceUnit, asked: Asking) -> Answer:
            administering(unit, asked, principal.org_id)
            _own(unit, principal, webhook_id)
            unit.webhooks.set_state(webhook_id, EndpointState.REMOVED)
            _record(unit, asked, "webhook.removed", webhook_id)
            return Answer(code=204)

        return writes.once(request, principal, idempotency_key, None, change)


def _deliveries(routes: APIRouter, service: HttpService) -> None:
    writes = Writes(service)

    @routes.get(
        "/webhooks/{webhook_id}/deliveries",
        operation_id="list_deliveries",
        response_model=Page[Delivery],
        responses=problems(400, 401, 403, 404),
    )
    def list_deliveries(
        principal: Administrator,
        webhook_id: WebhookId,
        limit: Limit = 100,
        cursor: Cursor = None,
        state: Annotated[DeliveryState | None, Query(description="Only those in this state.")] = None,
    ) -> Page[Delivery]:
        """What became of the messages to a webhook, the newest first."""
        pager = Pager(service.reading, principal, what=f"deliveries:{webhook_id}:{state}", cursor=cursor)
        after = pager.after
        before = None if after is None else (datetime.fromisoformat(after[0]), str(after[1]))
        with service.store.read() as unit:
            _own(unit, principal, webhook_id)
            found = unit.webhooks.deliveries_of(webhook_id, state=state, before=before, limit=limit + 1)
        last = found[limit - 1] if len(found) > limit else None
        return Page[Delivery](
            items=[_delivery(each) for each in found[:limit]],
            next_cursor=None
            if last is None
            else pager.sealed([last.created_at.isoformat(), last.delivery_id]),
        )

    @routes.get(
        "/webhooks/{webhook_id}/deliveries/{delivery_id}",
        operation_id="show_delivery",
        response_model=DeliverySheet,
        responses=problems(401, 403, 404),
    )
    def show_delivery(
        principal: Administrator, webhook_id: WebhookId, delivery_id: DeliveryId
    ) -> DeliverySheet:
        """One message, with what it says."""
        with service.store.read() as unit:
            found = _of(unit, principal, webhook_id, delivery_id)
        return DeliverySheet(**dict(_delivery(found)), body=_json_of(found))

    @routes.post(
        "/webhooks/{webhook_id}/deliveries/{delivery_id}/replay",
        operation_id="replay_delivery",
        response_model=Delivery,
        responses={200: {"headers": REPLAYED}, **problems(400, 401, 403, 404, 409)},
    )
    def replay_delivery(
        request: Request,
        principal: Administrator,
        webhook_id: WebhookId,
        delivery_id: DeliveryId,
        idempotency_key: IdempotencyKey,
    ) -> Response:
        """Send a message again, with the same id."""

        def change(unit: ServiceUnit, asked: Asking) -> Answer:
            administering(unit, asked, principal.org_id)
            _of(unit, principal, webhook_id, delivery_id)
            unit.webhooks.replay(delivery_id, now=asked.now)
            _record(unit, asked, "webhook.replayed", delivery_id)
            return shown(_delivery(_of(unit, principal, webhook_id, delivery_id)))

        return writes.once(request, principal, idempotency_key, None, change)


def _new_endpoint(service: HttpService, principal: Principal, body: NewWebhook) -> tuple[EndpointRecord, str]:
    """An endpoint that knows everything up to now, and its secret."""
    now, secret = service.now(), new_secret()
    endpoint_id = new_id(ENDPOINT, at_ms=int(now.timestamp() * 1000))
    with service.reading.reading() as reading:
        cursor = EndpointCursor.at(epoch=reading.epoch, block_number=reading.block_number, now=now)
    endpoint = EndpointRecord(
        endpoint_id=endpoint_id,
        org_id=principal.org_id,
        url=body.url,
        secret_sealed=service.sealing.seal(secret.encode(), secret_purpose(endpoint_id)),
        events=tuple(dict.fromkeys(body.events)),
        created_at=now,
        cursor=cursor.text,
    )
    return endpoint, secret


def _record(
    unit: ServiceUnit,
    asked: Asking,
    action: str,
    subject: str,
    detail: Mapping[str, object] | None = None,
) -> None:
    """Put it in the audit log; nobody's rights changed."""
    record(unit, asked, action, subject, detail, rights_changed=False)


def _own(unit: ServiceUnit, principal: Principal, webhook_id: str) -> EndpointRecord:
    found = unit.webhooks.endpoint(webhook_id)
    if found is None or found.org_id != principal.org_id or found.state is EndpointState.REMOVED:
        raise DomainError(WEBHOOK_NOT_FOUND, webhook_id=webhook_id)
    return found


def _of(unit: ServiceUnit, principal: Principal, webhook_id: str, delivery_id: str) -> DeliveryRecord:
    _own(unit, principal, webhook_id)
    found = unit.webhooks.delivery(delivery_id)
    if found is None or found.endpoint_id != webhook_id:
        raise DomainError(DELIVERY_NOT_FOUND, webhook_id=webhook_id, delivery_id=delivery_id)
    return found


def _webhook(endpoint: EndpointRecord) -> Webhook:
    return Webhook(
        webhook_id=endpoint.endpoint_id,
        url=endpoint.url,
        events=list(endpoint.events),
        state=endpoint.state,
        created_at=endpoint.created_at,
    )


def _delivery(delivery: DeliveryRecord) -> Delivery:
    waits = delivery.state is DeliveryState.WAITING
    return Delivery(
        delivery_id=delivery.delivery_id,
        event=delivery.event,
        state=delivery.state,
        attempts=delivery.attempts,
        next_attempt_at=delivery.next_at if waits else None,
        last_code=delivery.last_code,
        last_failure=delivery.last_failure,
        created_at=delivery.created_at,
        delivered_at=delivery.delivered_at,
        replays=delivery.replays,
    )


def _json_of(delivery: DeliveryRecord) -> dict[str, JsonValue]:
    found: dict[str, JsonValue] = json.loads(delivery.body_json)
    return found

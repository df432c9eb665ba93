"""Webhook endpoints and deliveries in the store."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from counterfoil.ports.webhooks import (
    Attempt,
    CommandChange,
    DeliveryRecord,
    DeliveryState,
    EndpointRecord,
    EndpointState,
)
from counterfoil.store.schema import commands, organisations, parties, webhook_deliveries, webhook_endpoints

_MOST_AT_ONCE = 500
_LONGEST_FAILURE = 300


class SqlWebhooks:
    """The Webhooks protocol on SQL."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    # -- endpoints --

    def add_endpoint(self, endpoint: EndpointRecord) -> None:
        """Keep a new endpoint."""
        self._connection.execute(
            insert(webhook_endpoints).values(
                endpoint_id=endpoint.endpoint_id,
                org_id=endpoint.org_id,
                url=endpoint.url,
                secret_sealed=endpoint.secret_sealed,
                events_json=json.dumps(list(endpoint.events)),
                state=endpoint.state.value,
                created_at=endpoint.created_at,
                cursor=endpoint.cursor,
            )
        )

    def endpoint(self, endpoint_id: str) -> EndpointRecord | None:
        """One endpoint, removed or not."""
        found = self._endpoints(webhook_endpoints.c.endpoint_id == endpoint_id)
        return found[0] if found else None

    def endpoints_of(self, org_id: str) -> tuple[EndpointRecord, ...]:
        """An organisation's endpoints that were not removed, in the order of their making."""
        return self._endpoints(
            and_(
                webhook_endpoints.c.org_id == org_id,
                webhook_endpoints.c.state != EndpointState.REMOVED.value,
            )
        )

    def active_endpoints(self) -> tuple[EndpointRecord, ...]:
        """Every endpoint that is to be told, of organisations that are active."""
        chosen = (
            select(webhook_endpoints)
            .join(organisations, organisations.c.org_id == webhook_endpoints.c.org_id)
            .where(webhook_endpoints.c.state == EndpointState.ACTIVE.value, organisations.c.state == "active")
            .order_by(webhook_endpoints.c.endpoint_id)
        )
        return tuple(_endpoint(row) for row in self._connection.execute(chosen))

    def set_state(self, endpoint_id: str, state: EndpointState) -> None:
        """Pause, go on, or remove; a removed endpoint stays removed."""
        self._connection.execute(
            update(webhook_endpoints)
            .where(
                webhook_endpoints.c.endpoint_id == endpoint_id,
                webhook_endpoints.c.state != EndpointState.REMOVED.value,
            )
            .values(state=state.value)
        )

    def move_cursor(self, endpoint_id: str, *, before: str, to: str) -> bool:
        """Say up to where deliveries are made; False where somebody else moved it meanwhile."""
        moved = self._connection.execute(
            update(webhook_endpoints)
            .where(webhook_endpoints.c.endpoint_id == endpoint_id, webhook_endpoints.c.cursor == before)
            .values(cursor=to)
        )
        return moved.rowcount == 1

    def organisation_party(self, org_id: str) -> tuple[str, int | None] | None:
        """Kind of an organisation, and the number of its party where it has one on the ledger."""
        found = self._connection.execute(
            select(organisations.c.kind, parties.c.party_id)
            .join(parties, parties.c.party_key == organisations.c.party_key, isouter=True)
            .where(organisations.c.org_id == org_id)
        ).first()
        return None if found is None else (found.kind, found.party_id)

    # -- deliveries --

    def enqueue(self, deliveries: Collection[DeliveryRecord]) -> int:
        """Keep what is not there yet: a message is made once for an endpoint. Returns how many were new."""
        rows = [_delivery_row(each) for each in deliveries]
        made = 0
        adding = postgresql.insert if self._connection.dialect.name == "postgresql" else sqlite.insert
        for start in range(0, len(rows), _MOST_AT_ONCE):
            statement = adding(webhook_deliveries).values(rows[start : start + _MOST_AT_ONCE])
            kept = statement.on_conflict_do_nothing(index_elements=["delivery_id"])
            # Counted by what comes back: the number of rows is not told of every statement.
            made += len(self._connection.execute(kept.returning(webhook_deliveries.c.delivery_id)).all())
        return made

    def delivery(self, delivery_id: str) -> DeliveryRecord | None:
        """One delivery."""
        found = self._connection.execute(
            select(webhook_deliveries).where(webhook_deliveries.c.delivery_id == delivery_id)
        ).first()
        return None if found is None else _delivery(found)

    def deliveries_of(
        self,
        endpoint_id: str,
        *,
        state: DeliveryState | None,
        before: tuple[datetime, str] | None,
        limit: int,
    ) -> tuple[DeliveryRecord, ...]:
        """An endpoint's deliveries, the newest first; those before a place."""
        created, number = webhook_deliveries.c.created_at, webhook_deliveries.c.delivery_id
        chosen = (
            select(webhook_deliveries)
            .where(webhook_deliveries.c.endpoint_id == endpoint_id)
            .order_by(created.desc(), number.desc())
            .limit(limit)
        )
        if state is not None:
            chosen = chosen.where(webhook_deliveries.c.state == state.value)
        if before is not None:
            chosen = chosen.where(or_(created < before[0], and_(created == before[0], number < before[1])))
        return tuple(_delivery(row) for row in self._connection.execute(chosen))

    def due(self, *, now: datetime, but_not_of: Collection[str], limit: int) -> tuple[DeliveryRecord, ...]:
        """Deliveries whose time has come, of active endpoints, the longest due first."""
        chosen = (
            select(webhook_deliveries)
            .join(webhook_endpoints, webhook_endpoints.c.endpoint_id == webhook_deliveries.c.endpoint_id)
            .where(
                webhook_deliveries.c.state == DeliveryState.WAITING.value,
                webhook_deliveries.c.next_at <= now,
                webhook_endpoints.c.state == EndpointState.ACTIVE.value,
            )
            .order_by(webhook_deliveries.c.next_at, webhook_deliveries.c.delivery_id)
            .limit(limit)
        )
        if but_not_of:
            chosen = chosen.where(webhook_deliveries.c.endpoint_id.not_in(tuple(but_not_of)))
        return tuple(_delivery(row) for row in self._connection.execute(chosen))

    def record(self, delivery: DeliveryRecord, attempt: Attempt) -> bool:
        """Keep how an attempt ended; False where the delivery was replayed or recorded meanwhile."""
        if attempt.delivered:
            state = DeliveryState.DELIVERED
        else:
            state = DeliveryState.GIVEN_UP if attempt.next_at is None else DeliveryState.WAITING
        kept = self._connection.execute(
            update(webhook_deliveries)
            .where(
                webhook_deliveries.c.delivery_id == delivery.delivery_id,
                webhook_deliveries.c.state == DeliveryState.WAITING.value,
                webhook_deliveries.c.attempts == delivery.attempts,
                webhook_deliveries.c.replays == delivery.replays,
            )
            .values(
                state=state.value,
                attempts=delivery.attempts + 1,
                last_code=attempt.code,
                last_failure=None if attempt.failure is None else attempt.failure[:_LONGEST_FAILURE],
                next_at=attempt.next_at or delivery.next_at,
                delivered_at=attempt.at if attempt.delivered else None,
            )
        )
        return kept.rowcount == 1

    def replay(self, delivery_id: str, *, now: datetime) -> bool:
        """Send it again, with the same id, as if it were new; False where there is none."""
        again = self._connection.execute(
            update(webhook_deliveries)
            .where(webhook_deliveries.c.delivery_id == delivery_id)
            .values(
                state=DeliveryState.WAITING.value,
                attempts=0,
                next_at=now,
                delivered_at=None,
                replays=webhook_deliveries.c.replays + 1,
            )
        )
        return again.rowcount == 1

    # -- what there is to tell --

    def commands_changed(
        self, org_id: str, *, since: datetime, states: Collection[str], limit: int
    ) -> tuple[CommandChange, ...]:
        """Commands that are in one of the states since then or later, the earliest first."""
        rows = self._connection.execute(
            select(commands)
            .where(
                commands.c.org_id == org_id,
                commands.c.waiting_since >= since,
                commands.c.state.in_(tuple(states)),
            )
            .order_by(commands.c.waiting_since, commands.c.command_id)
            .limit(limit)
        )
        return tuple(
            CommandChange(
                command_id=row.command_id,
                operation=row.operation,
                state=row.state,
                steps_done=row.steps_done,
                changed_at=row.waiting_since,
                waiting_for=row.waiting_for,
                problem_json=row.problem_json,
                result_json=row.result_json,
            )
            for row in rows
        )

    def _endpoints(self, condition: Any) -> tuple[EndpointRecord, ...]:
        chosen = select(webhook_endpoints).where(condition).order_by(webhook_endpoints.c.endpoint_id)
        return tuple(_endpoint(row) for row in self._connection.execute(chosen))


def _endpoint(row: Row[Any]) -> EndpointRecord:
    return EndpointRecord(
        endpoint_id=row.endpoint_id,
        org_id=row.org_id,
        url=row.url,
        secret_sealed=row.secret_sealed,
        events=tuple(json.loads(row.events_json)),
        created_at=row.created_at,
        cursor=row.cursor,
        state=EndpointState(row.state),
    )


def _delivery(row: Row[Any]) -> DeliveryRecord:
    return DeliveryRecord(
        delivery_id=row.delivery_id,
        endpoint_id=row.endpoint_id,
        event=row.event,
        body_json=row.body_json,
        next_at=row.next_at,
        created_at=row.created_at,
        state=DeliveryState(row.state),
        attempts=row.attempts,
        last_code=row.last_code,
        last_failure=row.last_failure,
        delivered_at=row.delivered_at,
        replays=row.replays,
    )


def _delivery_row(delivery: DeliveryRecord) -> dict[str, Any]:
    return {
        "delivery_id": delivery.delivery_id,
        "endpoint_id": delivery.endpoint_id,
        "event": delivery.event,
        "body_json": delivery.body_json,
        "state": delivery.state.value,
        "attempts": delivery.attempts,
        "next_at": delivery.next_at,
        "created_at": delivery.created_at,
        "replays": delivery.replays,
    }

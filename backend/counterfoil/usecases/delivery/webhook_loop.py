"""The worker's loop over webhooks: makes deliveries of what is new, and sends those whose time has come.

A delivery is recorded after it was sent. When the process ends in between it is sent again, with the same
id: at least once. Receivers tell repetitions by webhook-id.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from random import SystemRandom

from counterfoil.domain.errors import CounterfoilError
from counterfoil.ports.sealing import Sealing
from counterfoil.ports.service_store import ServiceStorePort
from counterfoil.ports.webhooks import Attempt, DeliveryRecord, EndpointRecord
from counterfoil.usecases.delivery.messages import Ledger, enqueue
from counterfoil.usecases.delivery.schedule import next_attempt
from counterfoil.usecases.delivery.sending import Sender, new_client
from counterfoil.usecases.read_model import FollowingReadModel
from counterfoil.usecases.reading.party_events import Decode

AT_ONCE = 128
AT_ONCE_TO_ONE = 4
_DUE_AT_ONCE = 256

At = Callable[[str], None]
_log = logging.getLogger("counterfoil.webhooks")


def nowhere(point: str) -> None:
    """Where a process is not to be ended by a test."""
    del point


def secret_purpose(endpoint_id: str) -> str:
    """Under which purpose an endpoint's secret is sealed."""
    return f"webhook:{endpoint_id}"


class WebhookLoop:
    """Call `turn` again and again, `close` at the end.

    read_model: the worker's own, whose state says what an event may show. at: told of each durable step.
    Every endpoint has a few connections at most, so that a slow one takes them from no other.
    """

    def __init__(
        self,
        store: ServiceStorePort,
        read_model: FollowingReadModel,
        decode: Decode,
        *,
        sealing: Sealing,
        sender: Sender | None = None,
        allow_private: bool = False,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        at: At = nowhere,
    ) -> None:
        self._store = store
        self._read_model = read_model
        self._decode = decode
        self._sealing = sealing
        self._sender = sender or Sender(allow_private=allow_private, now=now)
        self._now = now
        self._at = at
        self._chance = SystemRandom()
        self._lock = threading.Lock()
        self._under_way: dict[str, str] = {}
        self._changed = threading.Condition(self._lock)
        self._loop = asyncio.new_event_loop()
        # Names are looked up in threads, which a name server that never answers holds: there is one for every
        # delivery that can be under way, and one to record it, so that nobody's names hold up the others'.
        self._loop.set_default_executor(ThreadPoolExecutor(2 * AT_ONCE, thread_name_prefix="webhook"))
        self._client = new_client()
        self._thread = threading.Thread(target=self._loop.run_forever, name="webhooks", daemon=True)
        self._thread.start()

    def turn(self) -> bool:
        """Make deliveries, begin to send those that are due; whether there was anything to do."""
        made = self.make()
        begun = self.send_due()
        return bool(made or begun)

    def make(self) -> int:
        """Make deliveries of what is new for each endpoint; returns how many."""
        with self._store.read() as work:
            endpoints = work.webhooks.active_endpoints()
        if not endpoints:
            return 0
        with self._read_model.reading() as view:
            ledger = Ledger(view.state, view.epoch, view.block_number)
        made = 0
        for endpoint in endpoints:
            with self._store.concurrent() as work:
                made += enqueue(work, endpoint, ledger=ledger, decode=self._decode, now=self._now())
            self._at("webhooks.made")
        return made

    def send_due(self) -> int:
        """Begin to send what is due; returns how many."""
        with self._lock:
            under_way = Counter(self._under_way.values())
            room = AT_ONCE - len(self._under_way)
        taken = [endpoint_id for endpoint_id, count in under_way.items() if count >= AT_ONCE_TO_ONE]
        if room <= 0:
            return 0
        begun = 0
        with self._store.read() as work:
            due = work.webhooks.due(now=self._now(), but_not_of=taken, limit=_DUE_AT_ONCE)
            endpoints = {each.endpoint_id: work.webhooks.endpoint(each.endpoint_id) for each in due}
        for delivery in due:
            endpoint = endpoints[delivery.endpoint_id]
            if endpoint is None or begun >= room or not self._take(delivery):
                continue
            asyncio.run_coroutine_threadsafe(self._deliver(endpoint, delivery), self._loop)
            begun += 1
        return begun

    def settle(self) -> None:
        """Wait until nothing is under way."""
        with self._changed:
            while self._under_way:
                self._changed.wait()

    def close(self) -> None:
        """Let go of what is under way; it is sent again by the next process."""
        if self._loop.is_closed():
            return
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _take(self, delivery: DeliveryRecord) -> bool:
        with self._lock:
            count = sum(each == delivery.endpoint_id for each in self._under_way.values())
            if delivery.delivery_id in self._under_way or count >= AT_ONCE_TO_ONE:
                return False
            self._under_way[delivery.delivery_id] = delivery.endpoint_id
            return True

    async def _deliver(self, endpoint: EndpointRecord, delivery: DeliveryRecord) -> None:
        try:
            secret = self._sealing.unseal(endpoint.secret_sealed, secret_purpose(endpoint.endpoint_id))
            outcome = await self._sender.send(
                self._client, delivery, url=endpoint.url, secret=secret.decode()
            )
            self._at("webhooks.sent")
            now = self._now()
            attempt = Attempt(
                delivered=outcome.delivered,
                at=now,
                code=outcome.code,
                failure=outcome.failure,
                next_at=None
                if outcome.delivered
                else next_attempt(delivery.attempts + 1, now=now, chance=self._chance),
            )
            await asyncio.to_thread(self._record, delivery, attempt)
            self._at("webhooks.recorded")
        except CounterfoilError as failed:
            # The store or the seal: the delivery stays waiting and is tried with the next turn.
            _log.error("a webhook delivery could not be handled", extra={"code": failed.code})
        finally:
            with self._changed:
                del self._under_way[delivery.delivery_id]
                self._changed.notify_all()

    def _record(self, delivery: DeliveryRecord, attempt: Attempt) -> None:
        with self._store.concurrent() as work:
            work.webhooks.record(delivery, attempt)

    async def _end(self) -> None:
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await self._client.aclose()

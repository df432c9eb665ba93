"""The store as the service's use cases see it: everything in one unit of work."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

from counterfoil.ports.commands import Commands
from counterfoil.ports.files import Files
from counterfoil.ports.idempotency import Idempotency
from counterfoil.ports.identity import IdentityWork
from counterfoil.ports.invoice_pages import InvoicePages
from counterfoil.ports.outbox import Outbox
from counterfoil.ports.service_state import ServiceState
from counterfoil.ports.store import UnitOfWork
from counterfoil.ports.webhooks import Webhooks


class ServiceUnitOfWork(UnitOfWork, IdentityWork, Protocol):
    """One transaction, with what only the service keeps."""

    @property
    def commands(self) -> Commands: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def files(self) -> Files: ...
    @property
    def service_state(self) -> ServiceState: ...
    @property
    def idempotency(self) -> Idempotency: ...
    @property
    def invoice_pages(self) -> InvoicePages: ...
    @property
    def webhooks(self) -> Webhooks: ...


class ServiceStorePort(Protocol):
    """Begins units of work; the doors are those of counterfoil.ports.store.StorePort."""

    def begin(self) -> AbstractContextManager[ServiceUnitOfWork]: ...
    def concurrent(self) -> AbstractContextManager[ServiceUnitOfWork]: ...
    def read(self) -> AbstractContextManager[ServiceUnitOfWork]: ...

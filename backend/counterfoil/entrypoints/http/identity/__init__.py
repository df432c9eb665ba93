"""Routes of identity: sessions, users, organisations, policies, tokens, decisions, the audit log."""

from __future__ import annotations

from fastapi import APIRouter

from counterfoil.entrypoints.http.identity.audit import audit_router
from counterfoil.entrypoints.http.identity.decisions import decisions_router
from counterfoil.entrypoints.http.identity.oidc import identity_provider_router, oidc_router
from counterfoil.entrypoints.http.identity.organisations import organisations_router, policies_router
from counterfoil.entrypoints.http.identity.sessions import sessions_router
from counterfoil.entrypoints.http.identity.tokens import tokens_router
from counterfoil.entrypoints.http.identity.users import users_router
from counterfoil.entrypoints.http.service import HttpService


def identity_routers(service: HttpService) -> tuple[APIRouter, ...]:
    """All of them, for the application to put under /v1."""
    return (
        sessions_router(service),
        oidc_router(service),
        users_router(service),
        organisations_router(service),
        policies_router(service),
        identity_provider_router(service),
        tokens_router(service),
        decisions_router(service),
        audit_router(service),
    )

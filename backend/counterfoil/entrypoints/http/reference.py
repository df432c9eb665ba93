"""The reference page and the pages of error codes, made from the document and the error table, offline."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI


def reference_router(app: FastAPI) -> APIRouter:
    """The pages for people."""
    del app
    return APIRouter(include_in_schema=False)

"""Refusals of the demonstration itself."""

from __future__ import annotations

from counterfoil.domain.errors import declare

PLAN_UNUSABLE = declare(
    "PlanUnusable",
    "the plan {path} cannot be used: {place}: {reason}",
    "Correct that line; docs/guides/demo.md describes the format.",
)
OUT_NOT_OURS = declare(
    "OutDirectoryNotOurs",
    "{path} is not empty and no earlier demonstration wrote it",
    "Name an empty or new directory with --out; nothing there was touched.",
)
OUT_IN_USE = declare(
    "OutDirectoryInUse",
    "another demonstration is writing to {path}",
    "Wait for it, or name another directory with --out.",
)
OUT_UNUSABLE = declare(
    "OutDirectoryUnusable", "{path} cannot be used for output: {reason}", "Name another directory with --out."
)
INVOICE_FULLY_CREDITED = declare(
    "InvoiceFullyCredited",
    "credit notes took all of invoice {number}; nothing is left to finance",
    "Nothing to do: invoice and credit notes cancel each other.",
)
GOODS_UNUSABLE = declare(
    "GoodsUnusable",
    "the goods in {path} cannot be financed: {reason}",
    "Correct the intake file; samples/goods/coils.yaml is one that can.",
)
CLOCK_FIXED = declare(
    "NetworkClockFixed",
    "the validators of {network} keep to the wall clock, and a demonstration goes months ahead",
    "Name the network.json of a network made with `scripts/network up --adjustable-clock`.",
)

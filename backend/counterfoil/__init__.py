"""Counterfoil: an open ledger for supply-chain finance on a permissioned chain."""

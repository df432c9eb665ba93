"""The sample invoices of the project: who trades with whom, and how each document is written."""

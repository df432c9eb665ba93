"""The demonstration: anybody's invoices, led through the whole life of a note."""

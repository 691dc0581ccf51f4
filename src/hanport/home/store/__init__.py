"""The hub's memory: readings for ever, the ledger of energy, and the hub's own records, in one SQLite file."""

"""Imports: the ledger of what came from where."""

"""The audit trail: a chain that shows whether anything was changed, read, exported and cut."""

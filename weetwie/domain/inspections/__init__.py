"""Inspections: compliance reads what one person wrote, by two, for a reason, for a time."""

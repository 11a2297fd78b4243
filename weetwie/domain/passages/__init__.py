"""Passages: what the organisation wrote elsewhere, and what people decide about theirs."""

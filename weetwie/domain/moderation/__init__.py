"""Moderation: what people point out to the administrators, and what comes of it."""

"""Notifications: people are told what concerns them, and how far they have read."""

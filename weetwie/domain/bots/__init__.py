"""Bots: what is sent to them, and the feeds that they read."""

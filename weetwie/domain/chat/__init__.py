"""Chats from which people ask: how they prove what they send, and whose accounts there are linked."""

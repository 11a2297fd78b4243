"""Webhooks: programs are told of new posts that their owner sees."""

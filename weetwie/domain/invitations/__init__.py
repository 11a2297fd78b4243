"""Invitations: who may come, asked by whom."""

"""Follows, lists, blocks, mutes and bookmarks as CSV."""

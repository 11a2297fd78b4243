"""Exports of chats, lists, boards, trackers and wikis, as their readers give them."""

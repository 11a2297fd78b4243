"""Whom one follows, mutes and blocks, one's lists and bookmarks: as the CSV files that Mastodon writes and reads, in and out."""

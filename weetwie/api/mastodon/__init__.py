"""What phones speak: the client API of Mastodon, one file a resource."""

"""What one wrote elsewhere: archives of Mastodon and of Twitter, read into posts of one's own."""

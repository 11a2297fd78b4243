"""For programs that post by a bot: incoming webhooks in Slack's form."""

"""For chats: slash commands and mentions of Slack, Mattermost and Teams. Loaded when one first asks."""

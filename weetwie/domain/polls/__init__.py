"""Questions with ready answers to choose from, as part of a post."""

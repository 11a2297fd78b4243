"""What readers of files found is written: people, posts, ties; and taken out again."""

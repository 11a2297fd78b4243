"""Posts: publish, edit, delete, boost, mark, answer."""

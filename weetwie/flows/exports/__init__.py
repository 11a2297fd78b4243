"""What somebody has here, as files of their own."""

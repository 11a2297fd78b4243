"""Files: one reader a format, and the run that brings what they read in."""

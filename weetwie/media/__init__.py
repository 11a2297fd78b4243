"""Files from strangers: what they are, made safe, made small, and where they are kept."""

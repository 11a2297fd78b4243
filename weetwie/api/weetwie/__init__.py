"""Our own additions for programs: who knows what."""

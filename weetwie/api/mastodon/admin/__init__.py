"""What those who run the place do from an app: people, reports, numbers."""

"""Questions that find their people: who is asked, when, and who would rather not be."""

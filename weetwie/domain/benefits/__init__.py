"""What Weetwie brings: to a person, for their eyes alone, and to the organisation, in numbers about many."""

"""From posts and people that a viewer was found to see to all that is shown of them; JSON and pages present it."""

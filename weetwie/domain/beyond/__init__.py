"""Beyond one's circle: now and then a post of somebody whom one does not follow."""

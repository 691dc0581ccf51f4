"""Orders: taken, checked, followed to their end."""

"""Makes the head-end agree with the right, and keeps at it until the meter has been read back."""

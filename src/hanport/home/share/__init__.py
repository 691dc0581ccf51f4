"""One port, many readers: what the hub gives to other programs. Off until switched on, and read-only."""

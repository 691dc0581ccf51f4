"""What comes out of the port: bytes to telegrams to readings, and back. Pure: no I/O, no clock, no logging."""

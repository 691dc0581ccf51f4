"""The network company's activation service: a port is open if, and only if, someone has the right to it."""

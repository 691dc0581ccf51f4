"""A virtual smart meter and the house behind it."""

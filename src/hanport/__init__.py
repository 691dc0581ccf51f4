"""hanport opens a smart meter's customer port and puts it to use."""

__version__ = "0.1.0"

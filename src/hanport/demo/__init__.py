"""The whole story on one machine: writes the configurations and runs the parts as programs of their own."""

"""Where what leaves the virtual meter's port goes to: TCP, a pseudo terminal, MQTT."""

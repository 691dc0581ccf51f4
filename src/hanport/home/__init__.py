"""A household's hub: read the port, store it for ever, show it live, tell what is wrong, share it."""

"""The pages of the hub, on the shared shell."""

"""Assembly of the service."""

from hanport.grid.opening import keyring_of, opened

__all__ = ["keyring_of", "opened"]

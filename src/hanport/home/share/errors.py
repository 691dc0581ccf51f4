"""Why a share does not run."""

from hanport.errors import HanportError


class ShareError(HanportError):
    """A share cannot do its work for now (its port is taken, the broker is away); it is tried again."""

"""Where in a stream of bytes one may begin to read: behind a telegram, or behind what was none. Pure."""

from hanport.port.decoder import Decoder


class Boundaries:
    """Follows the raw bytes of a source and says where a new reader can begin."""

    def __init__(self) -> None:
        self._decoder = Decoder()

    def feed(self, data: bytes) -> int | None:
        """The last place in `data` where no telegram is cut by beginning there; None where there is none.

        A flag that ends one HDLC frame may begin the next: the place is before it.
        """
        if not self._decoder.feed(data):
            return None
        place = len(data) - self._decoder.undecided
        return place if place >= 0 else None

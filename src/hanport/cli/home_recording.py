"""A recording as pieces for the store: its bytes mapped, its times of receipt from beside it."""

import mmap
from collections.abc import Iterable, Iterator
from pathlib import Path

from hanport.errors import ConfigError
from hanport.home.sampling import Identities
from hanport.home.store.csv_columns import Piece
from hanport.home.store.importing_recording import Source, Timed, Unused, read_recording
from hanport.port.cipher import Keys
from hanport.sources import recording


def read_as_pieces(path: Path, keys: Keys | None, unused: Unused) -> Iterator[Piece]:
    """The readings of FILE, and of FILE.times where a telegram tells no time. Raises ConfigError."""

    def timed() -> Iterable[Timed]:
        return ((chunk.at, chunk.data) for chunk in recording.read_recording(path))

    identify = Identities()
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            yield from read_recording(Source(data, timed, keys), identify, unused)
    except OSError as error:
        raise ConfigError(f"{path} cannot be read ({error.strerror}).", "Check its permissions.") from error

"""One program at a time may change the data of a hub: the hub itself, or a command while the hub is stopped.

The lock is the system's own (flock on `hub.lock`): it ends with the process that holds it, however that ends.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hanport.errors import ConfigError

LOCK_NAME = "hub.lock"


class DataInUse(ConfigError):
    """Another program holds the data folder."""


@contextmanager
def data_lock(folder: Path) -> Iterator[None]:
    """Hold the data folder, which is made where it is missing, until the block ends.

    Raises DataInUse, at once, where another program holds it, and ConfigError where the folder cannot be written.
    """
    path = folder / LOCK_NAME
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise ConfigError(f"{path} cannot be written ({error.strerror}).", "Check the folder's owner.") from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip()
            who = f"process {holder}" if holder.isdigit() else "another program"
            raise DataInUse(
                f"The hub runs on {folder} ({who}).", "Stop it first (systemctl stop hanport-home, or Ctrl-C)."
            ) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)

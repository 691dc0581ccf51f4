"""A file or standard input, read to its end."""

import asyncio
import errno
import os
import stat

from hanport.errors import SourceError, SourceForbidden, SourceMissing
from hanport.sources.address import FileAddress
from hanport.sources.hextext import HexTextReader

CHUNK_BYTES = 65536
STDIN = 0


class FileConnection:
    """A descriptor that is read as bytes come. A regular file may also hold hex text."""

    def __init__(self, name: str, descriptor: int, *, owned: bool = True) -> None:
        mode = os.fstat(descriptor).st_mode
        self._name = name
        self._descriptor: int | None = descriptor
        self._owned = owned
        # What can be waited for is waited for by the event loop: a thread that waits in read() could not be ended.
        self._can_wait = stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or os.isatty(descriptor)
        self._hex_text = HexTextReader() if stat.S_ISREG(mode) else None

    async def read(self) -> bytes:
        data = b""
        while not data:
            raw = await self._read_some()
            data = raw if self._hex_text is None else self._hex_text.feed(raw)
            if not raw:
                return b""
        return data

    async def close(self) -> None:
        if self._descriptor is not None and self._owned:
            os.close(self._descriptor)
        self._descriptor = None

    async def _read_some(self) -> bytes:
        if self._descriptor is None:
            return b""
        try:
            if self._can_wait:
                await _readable(self._descriptor)
                return os.read(self._descriptor, CHUNK_BYTES)
            return await asyncio.to_thread(os.read, self._descriptor, CHUNK_BYTES)
        except OSError as error:
            raise SourceError(
                f"{self._name} cannot be read ({error.strerror}).", "Check the file and its disk."
            ) from error


async def open_file(address: FileAddress) -> FileConnection:
    """Open a file or a named pipe. Raises SourceMissing, SourceForbidden or SourceError."""
    try:
        descriptor = os.open(address.path, os.O_RDONLY | os.O_NONBLOCK)  # a named pipe without a writer would block
    except OSError as error:
        raise _refusal(address.path, error) from error
    if stat.S_ISDIR(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise SourceError(f"{address.path} is a folder.", "Name a file in it.")
    return FileConnection(address.path, descriptor)


async def open_stdin() -> FileConnection:
    """Standard input. It stays open when the connection is closed."""
    return FileConnection("standard input", STDIN, owned=False)


def _refusal(path: str, error: OSError) -> SourceError:
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return SourceMissing(f"There is no file {path}.", "Check its name.")
    if error.errno in (errno.EACCES, errno.EPERM):
        return SourceForbidden(f"You may not read {path}.", "Ask its owner, or copy it.")
    return SourceError(f"{path} cannot be opened ({error.strerror}).", "Check its name.")


async def _readable(descriptor: int) -> None:
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    loop.add_reader(descriptor, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(descriptor)

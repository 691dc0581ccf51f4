"""The port as a pseudo terminal: a device to open, that gives what a UART at the reader's speed would receive.

Linux keeps the speed that a reader sets on a pseudo terminal, but not the format: it is always shown as 8 bits without
parity. So a reader at the line's own speed counts as set to the line's own format, and any other as 8N1.
"""

import array
import fcntl
import os
import termios
import tty

from hanport.errors import ConfigError
from hanport.meter.line import Chunk
from hanport.port.uart import Setting

_BAUDS = {
    getattr(termios, f"B{baud}"): baud
    for baud in (300, 600, 1200, 1800, 2400, 4800, 9600, 19_200, 38_400, 57_600, 115_200, 230_400, 460_800, 921_600)
}
_ISPEED = 4  # place in what tcgetattr gives
_ROOM = 4095  # bytes that the terminal keeps for a reader


class PtyOutput:
    """A pair of terminals. `path` is the device to open.

    Telegrams that nobody reads are thrown away when the next one comes, so that a reader who opens the device finds
    one old telegram at most. A reader that is slow loses whole telegrams once the terminal is full.
    """

    def __init__(self) -> None:
        try:
            self._master, self._slave = os.openpty()
        except OSError as wrong:
            raise ConfigError(
                f"No pseudo terminal can be opened ({wrong.strerror}).", "Use --listen tcp://127.0.0.1:0 instead."
            ) from wrong
        self.path = os.ttyname(self._slave)
        self.skipped = 0
        self._unread = 0
        # our own end of the slave stays open: it keeps raw mode, and writing never fails for want of a reader
        tty.setraw(self._slave)
        attributes = termios.tcgetattr(self._slave)
        attributes[_ISPEED] = attributes[_ISPEED + 1] = termios.B115200
        termios.tcsetattr(self._slave, termios.TCSANOW, attributes)
        os.set_blocking(self._master, False)

    def reader(self, line: Setting) -> Setting:
        """How the reader's serial port is set, as far as it can be seen."""
        baud = _BAUDS.get(termios.tcgetattr(self._master)[_ISPEED], line.baud)
        return line if baud == line.baud else Setting(baud)

    def send(self, chunk: Chunk) -> None:
        """Put the chunk where the reader finds it, as its UART would receive it."""
        self._hear()
        data = chunk.read_by(self.reader(chunk.line.setting))
        waiting = self._waiting()
        if waiting and waiting >= self._unread:  # nothing was taken since the last one
            termios.tcflush(self._slave, termios.TCIFLUSH)
            waiting = 0
        if waiting + len(data) > _ROOM:
            self.skipped += 1
            return
        try:
            os.write(self._master, data)
        except BlockingIOError:
            self.skipped += 1
        self._unread = waiting + len(data)

    def close(self) -> None:
        """Close both ends; a reader then sees its device hang up."""
        os.close(self._master)
        os.close(self._slave)

    def _waiting(self) -> int:
        count = array.array("i", [0])
        fcntl.ioctl(self._slave, termios.FIONREAD, count)
        return count[0]

    def _hear(self) -> None:
        """Throw away what a reader sent (or what its terminal echoed), or the terminal would fill up."""
        try:
            while os.read(self._master, 4096):
                pass
        except BlockingIOError:
            pass

"""What leaves the port: bytes, and the line that they are sent on."""

from dataclasses import dataclass
from datetime import datetime

from hanport.port.uart import Setting, receive

P1_SETTING = Setting(115_200, 8, "N", 1)  # DSMR P1 5.0.2, 5.12


@dataclass(frozen=True, slots=True)
class Line:
    """How the port drives its data line. `inverted` means against what the reader expects."""

    setting: Setting = P1_SETTING
    inverted: bool = False


P1_LINE = Line()


@dataclass(frozen=True, slots=True)
class Chunk:
    """Bytes sent without a pause, with the line resting before and after; `at` is when they were all out (UTC)."""

    data: bytes
    line: Line
    at: datetime

    def read_by(self, reader: Setting) -> bytes:
        """What a UART set like that makes of them."""
        if reader == self.line.setting and not self.line.inverted:
            return self.data
        return receive(self.data, sent=self.line.setting, read=reader, inverted=self.line.inverted)

"""The serial devices of this machine, each under the name that stays when it is plugged in elsewhere."""

import re
from dataclasses import dataclass
from pathlib import Path

from hanport.sources.address import SerialAddress

DEV = Path("/dev")
# USB adapters, modems, and the machine's own port as a Raspberry Pi has it. ttyS0 and its kin are mostly not there.
_PATTERNS = ("ttyUSB*", "ttyACM*", "ttyAMA*", "serial0")


@dataclass(frozen=True, slots=True)
class Device:
    """`address` is what a source is set to; `name` what its maker calls it, "" where it says nothing."""

    address: str
    path: str
    name: str


def serial_devices(dev: Path = DEV) -> list[Device]:
    """All devices that may be the reader's: by their lasting name first, then those that have none."""
    found: list[Device] = []
    seen: set[Path] = set()
    by_id = sorted((dev / "serial" / "by-id").glob("*"))
    plain = [path for pattern in _PATTERNS for path in sorted(dev.glob(pattern))]
    for path in (*by_id, *plain):
        target = path.resolve()
        if target in seen or not target.exists():
            continue
        seen.add(target)
        name = friendly_name(path.name) if path in by_id else ""
        found.append(Device(str(SerialAddress(str(path))), str(target), name))
    return found


def friendly_name(by_id: str) -> str:
    """`usb-FTDI_FT232R_USB_UART_A50285BI-if00-port0` is `FTDI FT232R USB UART A50285BI`."""
    bare = re.sub(r"-if[0-9a-f]+(-port\d+)?$", "", by_id.partition("-")[2] or by_id)
    return re.sub(r"[_\s]+", " ", bare).strip()

"""A serial device, opened for reading. The only output is the Data Request line, by RTS or DTR."""

import errno

import serialx

from hanport.errors import ConfigError, SourceBusy, SourceError, SourceForbidden, SourceMissing
from hanport.sources.address import DataRequest, SerialAddress

CHUNK_BYTES = 65536
_GONE = {errno.ENOENT, errno.ENODEV, errno.ENXIO, errno.EIO}
_NO_TTY = {errno.ENOTTY, errno.EINVAL, errno.EISDIR, errno.ENOTDIR}


class SerialConnection:
    """A serial port that only reads, locked against a second reader."""

    def __init__(self, address: SerialAddress, port: serialx.AsyncSerial) -> None:
        self._address = address
        self._port = port

    async def read(self) -> bytes:
        try:
            data = await self._port.read(CHUNK_BYTES)
        except (OSError, serialx.SerialException) as error:
            raise self._lost() from error
        if not data:
            raise self._lost()
        return data

    async def close(self) -> None:
        await self._port.close()

    def _lost(self) -> SourceError:
        return SourceError(f"{self._address.device} is gone.", "Is the cable still plugged in?")


async def open_serial(address: SerialAddress) -> SerialConnection:
    """Open and lock the device.

    Raises SourceMissing, SourceForbidden, SourceBusy, SourceError, or ConfigError for settings that it cannot take.
    """
    port = serialx.async_serial_for_url(
        f"device://{address.device}",
        baudrate=address.baud,
        byte_size=int(address.byte_format[0]),
        parity=serialx.Parity(address.byte_format[1]),
        stopbits=serialx.StopBits(int(address.byte_format[2])),
        rts_on_open=_level(address.request, DataRequest.RTS),
        dtr_on_open=_level(address.request, DataRequest.DTR),
        exclusive=True,
    )
    try:
        await port.open()
    except serialx.UnsupportedSetting as error:
        raise ConfigError(f"{address}: {error}.", "Choose a speed and byte format that the device has.") from error
    except OSError as error:
        raise _refusal(address.device, error) from error
    return SerialConnection(address, port)


def _level(wanted: DataRequest, line: DataRequest) -> serialx.PinState:
    """A device without modem lines, as a pseudo terminal, is left as it is: serialx passes over its refusal."""
    return serialx.PinState.HIGH if wanted in (line, DataRequest.BOTH) else serialx.PinState.LOW


def _refusal(device: str, error: OSError) -> SourceError:
    if error.errno in _GONE:
        return SourceMissing(
            f"There is no device {device}.", "Is the cable plugged in? `ls /dev/serial/by-id` lists them."
        )
    if error.errno in (errno.EACCES, errno.EPERM):
        return SourceForbidden(
            f"You may not open {device}.",
            "Add the user to group dialout (sudo usermod -aG dialout $USER), then log in again.",
        )
    if error.errno == errno.EBUSY:
        return SourceBusy(f"Another program reads {device}.", "Stop it first: two readers would each get half.")
    if error.errno in _NO_TTY:
        return SourceError(f"{device} is no serial device.", "A file is written file:PATH.")
    return SourceError(f"{device} cannot be opened ({error.strerror or error}).", "Check the device.")

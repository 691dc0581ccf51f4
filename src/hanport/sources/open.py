"""The one place that chooses what reads an address."""

from hanport.sources.address import Address, FileAddress, MqttAddress, SerialAddress, StdinAddress, TcpAddress
from hanport.sources.connection import Connection
from hanport.sources.file import open_file, open_stdin
from hanport.sources.mqtt import open_mqtt
from hanport.sources.serial import open_serial
from hanport.sources.tcp import open_tcp


async def open_source(address: Address) -> Connection:
    """Open a source for reading. Raises SourceError when it cannot be opened now, ConfigError when it never can."""
    match address:
        case SerialAddress():
            return await open_serial(address)
        case TcpAddress():
            return await open_tcp(address)
        case MqttAddress():
            return await open_mqtt(address)
        case FileAddress():
            return await open_file(address)
        case StdinAddress():
            return await open_stdin()

"""Who the hub is for other programs: twelve hex digits, made once and kept in the store."""

import secrets

import apsw
import msgspec

from hanport.home.store.thread import StoreThread

_KEY = "share.serial"
# The form of a MAC address that was assigned by nobody (IEEE 802, the bit for local administration set), which is what
# readers of such a number expect.
_LOCAL, _GROUP = 0x02, 0x01


async def serial(store: StoreThread) -> str:
    """The hub's number. It stays the same for as long as its data do. Raises StoreError."""
    known = await store.read(lambda reader: reader.note(_KEY))
    return known if isinstance(known, str) else await store.write(_make)


def _make(connection: apsw.Connection) -> str:
    """Make it, where no other share has made it meanwhile."""
    made = bytearray(secrets.token_bytes(6))
    made[0] = (made[0] | _LOCAL) & ~_GROUP & 0xFF
    connection.execute(
        "INSERT OR IGNORE INTO note (key, value) VALUES (?, ?)", (_KEY, msgspec.json.encode(made.hex()).decode())
    )
    kept: str = msgspec.json.decode(str(connection.execute("SELECT value FROM note WHERE key = ?", (_KEY,)).get))
    return kept

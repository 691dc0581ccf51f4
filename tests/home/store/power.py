"""A file layer that loses its power: what was written since the last sync is dropped, kept, or torn, piece by piece."""

from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import apsw

_SECTOR = 512


@dataclass
class Platter:
    """What of a file is safe, and what was done to it since."""

    safe: bytearray = field(default_factory=bytearray)
    since: list[tuple[int, bytes | None]] = field(default_factory=list)  # offset and bytes; None: cut to that length

    def sync(self) -> None:
        for offset, data in self.since:
            _apply(self.safe, offset, data)
        self.since.clear()

    def after_cut(self, chance: Random) -> bytes:
        """The safe bytes, and any of the pieces since, in any order, each whole or by sectors."""
        content = bytearray(self.safe)
        done = list(self.since)
        if chance.random() < 0.5:
            chance.shuffle(done)
        for offset, data in done:
            fate = chance.random()
            if fate < 0.35:
                continue
            if data is None or fate < 0.7:
                _apply(content, offset, data)
                continue
            for start in range(0, len(data), _SECTOR):
                if chance.random() < 0.5:
                    _apply(content, offset + start, data[start : start + _SECTOR])
        return bytes(content)


def _apply(content: bytearray, offset: int, data: bytes | None) -> None:
    if data is None:
        del content[offset:]
        return
    if len(content) < offset:
        content.extend(bytes(offset - len(content)))
    content[offset : offset + len(data)] = data


class Power(apsw.VFS):
    """The file layer, registered under its name as long as it lives. `fail` makes its files give errors."""

    def __init__(self, name: str) -> None:
        self.platters: dict[str, Platter] = {}
        self.fail: str = ""  # "write", "sync" or "": what goes wrong
        super().__init__(name, "")

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> "_File":
        return _File(self, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:
        self.platters.pop(Path(filename).name, None)
        super().xDelete(filename, syncdir)

    def cut(self, folder: Path, chance: Random) -> None:
        """What lies on the disk after the power went, in another folder."""
        folder.mkdir()
        for name, platter in self.platters.items():
            (folder / name).write_bytes(platter.after_cut(chance))


class _File(apsw.VFSFile):
    def __init__(self, power: Power, name: str | apsw.URIFilename | None, flags: list[int]) -> None:
        super().__init__("", name, flags)
        self._power = power
        path = Path(name.filename() if isinstance(name, apsw.URIFilename) else str(name))
        there = bytearray(path.read_bytes()) if path.exists() else bytearray()
        self._platter = power.platters.setdefault(path.name, Platter(there))

    def xWrite(self, data: bytes, offset: int) -> None:
        if self._power.fail == "write":
            raise apsw.IOError("the disk does not write")
        if self._power.fail == "full":
            raise apsw.FullError("the disk is full")
        super().xWrite(data, offset)
        self._platter.since.append((offset, bytes(data)))

    def xTruncate(self, size: int) -> None:
        super().xTruncate(size)
        self._platter.since.append((size, None))

    def xSync(self, flags: int) -> None:
        if self._power.fail == "sync":
            raise apsw.IOError("the disk does not sync")
        super().xSync(flags)
        self._platter.sync()

"""The corpus as test cases: each file's bytes, keys and what its index says."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hanport.port.cipher import Keys

FOLDER = Path(__file__).parent / "corpus"


@dataclass(frozen=True)
class Case:
    """One file of the corpus."""

    file: str
    data: bytes
    keys: Keys | None
    index: dict[str, Any]

    @property
    def folder(self) -> str:
        return self.file.split("/")[0]

    @property
    def undecodable(self) -> bool:
        """Whether the index itself says that nothing can be decoded: bad files, no key, unreadable lists."""
        decoded = self.index.get("decoded") or []
        return (
            self.folder.endswith("-bad")
            or any("decode_error" in message for message in decoded)
            or (bool(self.index.get("encrypted")) and self.keys is None)
        )

    @property
    def bare(self) -> bool:
        """Whether it is one DLMS message without a frame, which no stream can find."""
        return bool(self.index["kind"] == "DLMS APDU without framing")


def _load() -> Iterator[Case]:
    for entry in json.loads((FOLDER / "index.json").read_text("utf-8")):
        data = (FOLDER / entry["file"]).read_bytes()
        if entry["file"].endswith(".hex"):
            data = bytes.fromhex(data.decode())
        sent = entry.get("keys")
        keys = None
        if sent:
            keys = Keys(bytes.fromhex(sent["EK"]), bytes.fromhex(sent["AK"]) if "AK" in sent else None)
        yield Case(entry["file"], data, keys, entry)


CASES: dict[str, Case] = {case.file: case for case in _load()}
SWEDISH_P1 = [case for case in CASES.values() if case.file.startswith(("p1/se-", "p1/fi-"))]

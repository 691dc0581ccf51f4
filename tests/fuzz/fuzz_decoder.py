"""The decoder's laws as one function of any bytes, for a fuzzer that is guided by coverage and for a seeded sample.

    python tests/fuzz/fuzz_decoder.py -max_total_time=60 build/fuzz

With atheris the arguments are libFuzzer's; the folder gets the seeds first. Without it seeded mutations run as long. A
file of bytes as the only argument is checked alone.
"""

import importlib.util
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import FunctionType

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

sys.path.insert(0, str(Path(__file__).parents[1]))

from corpus_index import CASES
from hanport.port import crc
from hanport.port.cipher import Keys
from hanport.port.decoder import Decoder, Event
from hanport.port.p1 import MAX_TELEGRAM
from hanport.port.telegram import Telegram
from hanport.port.values import Reading

# Without an authentication key: changed cipher text is then changed plain text, and no tag stands in the way.
KEYS = Keys(b"\xaa" * 16)
FILLING = b"\r\n \t\0\x7e"
# Longer streams are not cut behind every byte, but only around those that begin or end something.
EVERY_BYTE = 200

_DECIDES = re.compile(rb"(?:[/!\x7e\xdb]|\x68(?=(.)\1)).{0,4}", re.DOTALL)
_P1 = re.compile(rb"(/[A-Za-z]{3}[0-9A-Za-z][^!]*+!)[0-9A-Fa-f]{4}")
_HDLC = re.compile(rb"\x7e[\xa0-\xaf]")
_MBUS = re.compile(rb"\x68(.)\1\x68", re.DOTALL)


def check(data: bytes) -> None:
    """Raises AssertionError where a law is broken, and whatever the decoder raises."""
    right = sealed(data)
    for stream in {data, right}:
        whole, pieces = run(stream, ()), run(stream, cuts(stream))
        layouts = sum(isinstance(event, Telegram) for event in whole) > 2  # with fewer nothing has been learned
        told = [key(event, layouts) for event in whole]
        assert told == [key(event, layouts) for event in pieces], "other events when cut elsewhere"
        read(whole)
        no_byte_is_lost(stream, whole)
    if right[:1] in (b"\x0f", b"\xe6"):  # a bare message
        no_byte_is_lost(right, read(Decoder(KEYS).message(right)))


def cuts(stream: bytes) -> Iterable[int]:
    """Where the stream is cut the second time."""
    if len(stream) <= EVERY_BYTE:
        return range(len(stream))
    chance, found = crc.arc(stream), _DECIDES.finditer(stream)
    return [match.start() + 1 + (chance + match.start()) % (match.end() - match.start()) for match in found]


def run(stream: bytes, places: Iterable[int]) -> list[Event]:
    """Everything that comes of a stream cut at these places."""
    decoder = Decoder(KEYS)
    events: list[Event] = []
    begun = 0
    for place in (*places, len(stream)):
        events += decoder.feed(stream[begun:place])
        assert len(decoder._buffer) <= MAX_TELEGRAM + place - begun, "the buffer is not bounded"
        begun = place
    events += decoder.finish()
    assert not decoder._buffer, "bytes are left at the end"
    return events


def read(events: list[Event]) -> list[Event]:
    """The events; every telegram is asked for all that it says."""
    for event in events:
        if isinstance(event, Telegram):
            assert all(register.value is None or register.value.is_finite() for register in event.registers)
            for name in Reading.__struct_fields__[1:]:
                value = getattr(event.reading, name)
                assert value is None or -(2**63) <= value < 2**63, f"{name} has more than 64 bits"
    return events


def key(event: Event, with_reading: bool) -> tuple[object, ...]:
    """What two decodings of the same bytes must agree in."""
    if isinstance(event, Telegram):
        reading = event.reading if with_reading else None
        return event.protocol, event.identification, event.checksum, event.raw, reading
    return event.reason, event.raw


def no_byte_is_lost(stream: bytes, events: list[Event]) -> None:
    """What comes out is what came in, but for filling; parts of one message may come together."""
    came = stream.translate(None, FILLING)
    out = b"".join(event.raw for event in events).translate(None, FILLING)
    if came != out:
        missing = Counter(came) - Counter(out)
        assert not missing or b"/ESY5Q3D" in stream, "bytes are lost"  # its lines behind the end are part of nothing
        assert not Counter(out) - Counter(came), "bytes come out twice"


def sealed(data: bytes) -> bytes:
    """The same bytes with right checksums wherever a frame is whole, so that changes reach what is behind them."""
    stream = bytearray(_P1.sub(lambda found: found[1] + b"%04X" % crc.arc(found[1]), data))
    for found in _HDLC.finditer(stream):
        start, end = found.start(), found.start() + 1 + (int.from_bytes(stream[found.start() + 1 :][:2]) & 0x7FF)
        header = _behind_header(stream, start + 3)
        if header and header + 4 <= end <= len(stream):
            stream[header : header + 2] = crc.x25(bytes(stream[start + 1 : header])).to_bytes(2, "little")
            stream[end - 2 : end] = crc.x25(bytes(stream[start + 1 : end - 2])).to_bytes(2, "little")
    for found in _MBUS.finditer(stream):
        start, length = found.end(), found[1][0] + (256 if found[1][0] < 3 else 0)
        if start + length + 2 <= len(stream):
            stream[start + length : start + length + 2] = bytes((sum(stream[start : start + length]) & 0xFF, 0x16))
    return bytes(stream)


def _behind_header(stream: bytearray, at: int) -> int:
    """The place behind two addresses and the control byte; 0 where it is not to be found."""
    ends = [place for place in range(at, min(at + 8, len(stream))) if stream[place] & 1][:2]
    return ends[1] + 2 if len(ends) == 2 else 0


def ciphered(plain: bytes) -> bytes:
    """A message under KEYS, without a tag."""
    title, counter = b"KFM\x10\x20\x00\x00\x01", b"\0\0\0\x2a"
    cipher = Cipher(algorithms.AES(KEYS.encryption), modes.GCM(title + counter)).encryptor()
    content = b"\x20" + counter + cipher.update(plain)
    return b"\xdb\x08" + title + b"\x82" + len(content).to_bytes(2) + content


def seeds() -> list[bytes]:
    """The corpus, some of it again as messages under KEYS, and what it has not."""
    found = [case.data for case in CASES.values()]
    found += [CASES[file].data * 4 for file in ("p1/se-kamstrup-omnia-220408-big.txt", "hdlc/no-aidon-7d-in-info.hex")]
    found.append(b"/EGM5G35\r\n\r\n\0\x82\0\x18\x30\0\0\0\1!\r\n!\n!\r\n/KAM5\n!1234\r\n!1234\r\n")  # Poland
    bare = [case.data.removeprefix(b"\xe6\xe7\x00") for case in CASES.values() if case.bare]
    return [*found, *map(ciphered, bare), ciphered(CASES["p1/at-sagemcom-t210-d-r-est5.txt"].data), b"", b"\x0f"]


def mutated(chance: random.Random, start: bytes, others: list[bytes]) -> bytes:
    """Some of: flip, cut, splice, repeat, insert, change a number."""
    data = bytearray(start)
    for _ in range(chance.randint(1, 6)):
        at = chance.randint(0, len(data))
        end = min(len(data), at + chance.choice((1, 4, 30, 300)))
        match chance.randrange(7):
            case 6:
                data += _other_digits(chance, data) * chance.randint(1, 2)
            case 0 if at < len(data):
                data[at] ^= 1 << chance.randrange(8)
            case 1:
                del data[at:end]
            case 2:
                other = chance.choice(others)
                data[at:at] = other[chance.randint(0, len(other)) :]
            case 3:
                data[at:at] = data[at:end] * chance.randint(1, 3)
            case 4:
                data[at:at] = chance.choice(
                    (chance.randbytes(3), b"!", b"/KAM5\r\n", b"\x7e\xa0", b"\xdb\x08", b"\n", b"(")
                )
            case _:
                data[at:end] = _other_digits(chance, data[at:end])
    return bytes(data[: 4 * MAX_TELEGRAM])


def _other_digits(chance: random.Random, data: bytearray) -> bytes:
    """As a meter's next telegram: digits inside brackets change, those of codes do not."""
    return re.sub(rb"\([\d.]+", lambda found: re.sub(rb"\d", lambda _: b"%d" % chance.randrange(10), found[0]), data)


def mutations(seed: int) -> Iterator[bytes]:
    """An endless row of mutations of the seeds."""
    chance, start = random.Random(seed), seeds()
    while True:
        yield mutated(chance, chance.choice(start), start)


def _without_atheris(seconds: float) -> None:
    begun, count = time.monotonic(), 0
    stream = mutations(int(begun))
    while (spent_s := time.monotonic() - begun) < seconds:
        data = next(stream)
        try:
            check(data)
        except BaseException:
            Path("crash").write_bytes(data)
            raise
        count += 1
    print(f"{count} executions, {count / spent_s:.0f} a second, nothing found")


def _functions() -> Iterator[FunctionType]:
    """Every function of the room, so that the fuzzer sees which way its bytes go there."""
    modules = [module for name, module in sys.modules.items() if name.startswith("hanport.port.")]
    found = [value for module in modules for value in vars(module).values()]
    found += [member for value in found if isinstance(value, type) for member in vars(value).values()]
    for value in found:
        function = value.fget if isinstance(value, property) else getattr(value, "__wrapped__", value)
        if isinstance(function, FunctionType) and function.__module__.startswith("hanport.port."):
            yield function


def main(arguments: list[str]) -> None:
    """Fuzz; see the module's text."""
    places = [Path(argument) for argument in arguments if not argument.startswith("-")]
    if len(places) == 1 and places[0].is_file():
        check(places[0].read_bytes())
        return
    if importlib.util.find_spec("atheris") is None:
        print("atheris is not installed (pip install atheris): mutations without guidance")
        limits = [argument.partition("=")[2] for argument in arguments if argument.startswith("-max_total_time=")]
        _without_atheris(float(limits[0]) if limits else 60)
        return
    for folder in places[:1]:
        folder.mkdir(parents=True, exist_ok=True)
        for number, data in enumerate(seeds()):
            (folder / f"seed-{number}").write_bytes(data)
    atheris = importlib.import_module("atheris")
    for function in set(_functions()):
        atheris.instrument_func(function)
    atheris.Setup([sys.argv[0], f"-max_len={2 * MAX_TELEGRAM}", *arguments], check)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1:])

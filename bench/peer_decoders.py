"""Times another decoder on a file of telegrams; it runs in that decoder's own environment."""

import json
import re
import sys
import time
from pathlib import Path


def dsmr_parser(telegrams: list[bytes]) -> None:
    from dsmr_parser import telegram_specifications
    from dsmr_parser.parsers import TelegramParser

    parser = TelegramParser(telegram_specifications.SWEDEN)
    for telegram in telegrams:
        assert parser.parse(telegram.decode("ascii"))


def amshan(telegrams: list[bytes]) -> None:
    from han.autodecoder import AutoDecoder
    from han.dlde import DataReadout, ModeDReader

    reader = ModeDReader()
    decoder = AutoDecoder()
    for telegram in telegrams:
        for message in reader.read(telegram):
            if isinstance(message, DataReadout) and message.is_valid:
                assert decoder.decode_message(message)


DECODERS = {"dsmr-parser": dsmr_parser, "amshan": amshan}


def main() -> None:
    """Print {"us": microseconds per telegram}, the best of five passes after a warm-up."""
    decode = DECODERS[sys.argv[1]]
    data = Path(sys.argv[2]).read_bytes()
    telegrams = [match.group() for match in re.finditer(rb"/[^!]*![0-9A-F]{4}\r\n", data)]
    decode(telegrams)
    best = float("inf")
    for _ in range(5):
        started = time.perf_counter()
        decode(telegrams)
        best = min(best, time.perf_counter() - started)
    print(json.dumps({"us": best / len(telegrams) * 1e6}))


main()

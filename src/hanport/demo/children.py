"""Programs of hanport as child processes: started, waited for until they say where they are, and ended."""

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from hanport.errors import HanportError

STOP_S = 15.0
_LOOK_S = 0.5


@dataclass(frozen=True, slots=True)
class Child:
    """A program that runs, and the places that it said it is at."""

    name: str
    places: tuple[str, ...]
    process: subprocess.Popen[str]

    @property
    def place(self) -> str:
        """The first of them."""
        return self.places[0]


def run(arguments: Sequence[str], *, text: str = "") -> str:
    """Let a program run to its end, with a text for its standard input; gives what it printed. Raises HanportError."""
    done = subprocess.run(_command(arguments), input=text, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise HanportError(f"`hanport {' '.join(arguments)}` failed.", "What it said stands above.")
    return done.stdout


def wait_for_any(children: Sequence[Child]) -> None:
    """Wait until one of the programs ends by itself. Raises HanportError then."""
    while True:
        for child in children:
            if child.process.poll() is not None:
                raise HanportError(f"`hanport {child.name}` has ended.", "What it said stands above.")
        time.sleep(_LOOK_S)


@contextmanager
def running(arguments: Sequence[str], *, says: Sequence[str]) -> Iterator[Child]:
    """A program until the end of the block; its places are what follows each of `says`, in the lines that have them.

    Raises HanportError when it ends before it has said all.
    """
    with subprocess.Popen(_command(arguments), stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Child(arguments[0], tuple(_said(process, each, arguments) for each in says), process)
        finally:
            process.terminate()
            try:
                process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()


def _said(process: subprocess.Popen[str], says: str, arguments: Sequence[str]) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        _, found, place = line.partition(says)
        if found:
            return place.strip()
    raise HanportError(f"`hanport {' '.join(arguments)}` did not start.", "What it said stands above.")


def _command(arguments: Sequence[str]) -> list[str]:
    return [sys.executable, "-m", "hanport", *arguments]

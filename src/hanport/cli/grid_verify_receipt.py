"""`hanport grid verify-receipt`: whether a receipt is as the company signed it. For anybody: no service is needed."""

from pathlib import Path

import click

from hanport.cli.grid_evidence import printable, read
from hanport.grid.receipts.format import Content
from hanport.grid.receipts.keys import read_key, read_keys
from hanport.grid.receipts.verify import WORDS, Verdict, Why, verify

_LONGEST = 20 * 1024 * 1024  # bytes
_REMEDY = "Give the file that the company's page gave."
_SECRET = ("signature", "ocsp_response", "note")  # they may name the person: the file has them


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--key", "keys", metavar="PUBLICKEY", multiple=True, help="The company's public key, in hex or base64.")
@click.option(
    "--key-file",
    "files",
    type=click.Path(path_type=Path, dir_okay=False),
    multiple=True,
    help="The keys that the company publishes at /api/v1/receipt-keys.",
)
def command(file: Path, keys: tuple[str, ...], files: tuple[Path, ...]) -> int:
    """Verify a receipt, JSON or PDF, and print the verdict as JSON. Needs no configuration and no network.

    Exit 0: the company has signed exactly this, 1: not, 2: it cannot be read.
    """
    known = {read_key(each) for each in keys}
    for each in files:
        known |= read_keys(read(each, _LONGEST, _REMEDY))
    verdict = verify(read(file, _LONGEST, _REMEDY), known)
    click.echo(printable(_told(verdict)))
    return {Why.GENUINE: 0, Why.UNREADABLE: 2}.get(verdict.why, 1)


def _told(verdict: Verdict) -> Content:
    content = verdict.content
    word = {Why.GENUINE: "genuine", Why.UNREADABLE: "unreadable"}.get(verdict.why, "not genuine")
    told: Content = {
        "verdict": word,
        "reason": None if verdict.is_genuine else verdict.why.value,
        "explanation": None if verdict.is_genuine else WORDS[verdict.why],
    }
    if content is None:
        return told | {"receipt": None}
    identity = content.get("identity")
    if isinstance(identity, dict):
        there = {name: bool(identity.get(name)) for name in _SECRET}
        content = content | {"identity": identity | there}
    return told | {"receipt": content}

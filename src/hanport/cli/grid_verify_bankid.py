"""`hanport grid verify-bankid`: whether a BankID signature is genuine. For anybody: no service is needed."""

import base64
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

import click

from hanport.cli.grid_evidence import printable, read
from hanport.grid.eid import ocsp as status
from hanport.grid.eid import signature as signatures
from hanport.grid.eid.verdict import Refused, Unreadable, Verdict, Why

_LONGEST = 1_048_576  # bytes
_REMEDY = "Give the file that was kept of BankID's answer."
_file = click.Path(path_type=Path, dir_okay=False)


class From(StrEnum):
    """Where the time comes from at which the certificates must have been valid."""

    GIVEN = "given"
    OCSP = "ocsp"
    CERTIFICATE = "certificate"


@click.command()
@click.argument("signature", type=_file)
@click.option("--root", type=_file, required=True, help="BankID's root of signatures, in PEM: the only one trusted.")
@click.option("--at", metavar="TIME", help="When it was signed, as 2026-11-25T08:00:00Z.")
@click.option("--ocsp", type=_file, help="The OCSP response that BankID gave with it, in base64 or DER.")
@click.option("--policy", "policies", metavar="OID", multiple=True, help="Take certificates of this policy alone.")
def command(signature: Path, root: Path, at: str | None, ocsp: Path | None, policies: tuple[str, ...]) -> int:
    """Verify a BankID signature, of a login or of an order, and print what it proves as one JSON object.

    SIGNATURE is `signature` of BankID's answer: base64, with or without line breaks, or the XML in it. Needs no
    configuration, no database and no network.

    It must have been valid when it was signed, not today. That time is --at; without it, the time of the OCSP response;
    without that, the first moment of the person's certificate (`at_from` says "certificate"): then it is proven that
    the person signed while the certificate lasted, but not when, nor that it had not been revoked.

    What is printed has the person's name and number, since it is for those who hold the signature and must know whose
    it is. Nothing is told of a signature that is not genuine but why.

    Exit 0: genuine, 1: not genuine, 2: a file cannot be read or is no signature at all.
    """
    content, response = read(signature, _LONGEST, _REMEDY), None if ocsp is None else read(ocsp, _LONGEST, _REMEDY)
    roots = signatures.roots_of(read(root, _LONGEST, _REMEDY))
    when, came_from = _time(at, response, content)
    verdict = signatures.verify(content, roots, when, ocsp=response, policies=frozenset(policies) if policies else None)
    told = _told(verdict) | {"at": f"{when:%Y-%m-%dT%H:%M:%SZ}", "at_from": came_from}
    click.echo(printable(told))
    return 0 if verdict.genuine else 1


def _time(at: str | None, response: bytes | None, content: bytes) -> tuple[datetime, From]:
    if at is not None:
        return _instant(at), From.GIVEN
    try:
        if response is not None:
            return status.true_at(status.load(response)), From.OCSP
    except Refused as refused:
        if refused.why is Why.OCSP_UNREADABLE:
            raise Unreadable(refused.why.explanation, "Give it as BankID's answer has it, `ocspResponse`.") from None
    begins = signatures.certificate_begins_at(content)
    return begins or datetime.fromtimestamp(0, UTC), From.CERTIFICATE


def _instant(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise click.BadParameter("write it as 2026-11-25T08:00:00Z, or with an offset to UTC.", param_hint="--at")
    return found.astimezone(UTC)


def _told(verdict: Verdict) -> dict[str, object]:
    told: dict[str, object] = {
        "verdict": "genuine" if verdict.genuine else "not genuine",
        "reason": verdict.why,
        "explanation": verdict.why.explanation if verdict.why else None,
    }
    person = verdict.signer
    if person is None or verdict.not_before is None or verdict.not_after is None:
        return told | {"signer": None}
    return told | {
        "signer": {
            "number": person.number,
            "name": person.name,
            "given_name": person.given_name,
            "surname": person.surname,
        },
        "visible_text": verdict.visible,
        "visible_format": verdict.visible_format or "plain",
        "hidden_data": base64.b64encode(verdict.hidden).decode(),
        "hidden_text": _text(verdict.hidden),
        "document": verdict.document,
        "relying_party": verdict.relying_party,
        "policies": verdict.policies,
        "certificate": {
            "serial": verdict.certificate_serial,
            "not_before": verdict.not_before.isoformat(),
            "not_after": verdict.not_after.isoformat(),
        },
        "ocsp": verdict.ocsp,
    }


def _text(data: bytes) -> str | None:
    """The data as text where it is text."""
    try:
        found = data.decode()
    except UnicodeDecodeError:
        return None
    return found if all(sign.isprintable() or sign in "\t\r\n" for sign in found) else None

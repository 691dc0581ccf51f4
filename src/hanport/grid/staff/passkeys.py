"""Passkeys (WebAuthn): a key that never leaves the member's device, which checks finger, face or PIN by itself.

One is enough to log in: it is both what the member has and what the member is or knows (user verification is
required). A challenge needs no place in the database before it is used: it bears its time and our keyed hash, and is
taken once.
"""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import webauthn
from sqlalchemy import Connection, delete, insert, select, update
from webauthn.helpers import base64url_to_bytes, parse_client_data_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from hanport.grid.database.staff_tables import passkey, staff
from hanport.grid.database.work import Work
from hanport.grid.keys import Keyring
from hanport.grid.staff import once
from hanport.grid.staff.values import Member, Problem, StaffError

_LASTS = timedelta(minutes=5)
_NONCE, _TIME = 16, 8  # bytes
_VERIFIED = UserVerificationRequirement.REQUIRED
_LONGEST_NAME = 40
LONGEST_ANSWER = 20_000  # signs


@dataclass(frozen=True, slots=True)
class Site:
    """What a passkey is bound to: the name of our host, and the address of our pages."""

    host: str
    origin: str
    name: str


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey, for its owner's eyes."""

    id: int
    name: str
    added_at: datetime
    used_at: datetime | None


def to_register(connection: Connection, keyring: Keyring, site: Site, member: Member, at: datetime) -> str:
    """What the browser hands to the authenticator to make a passkey (JSON)."""
    handle = connection.execute(select(staff.c.handle).where(staff.c.id == member.id)).scalar_one()
    has = connection.execute(select(passkey.c.credential).where(passkey.c.staff_id == member.id)).scalars()
    options = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name=site.name,
        user_id=bytes(handle),
        user_name=member.name,
        challenge=_challenge(keyring, f"register:{member.id}", at),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=_VERIFIED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=bytes(each)) for each in has],
    )
    return webauthn.options_to_json(options)


def register(work: Work, site: Site, member: Member, answer: str, name: str) -> None:
    """Keep the passkey that an authenticator has made. Raises StaffError."""
    try:
        challenge = _taken(work, f"register:{member.id}", answer)
        made = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        raise StaffError(Problem.PASSKEY) from None
    taken = select(passkey.c.id).where(passkey.c.credential == made.credential_id)
    if work.connection.execute(taken).first() is not None:
        raise StaffError(Problem.PASSKEY)
    row = {"staff_id": member.id, "credential": made.credential_id, "public_key": made.credential_public_key}
    named = " ".join(name.split())[:_LONGEST_NAME] or "Passkey"
    row |= {"sign_count": made.sign_count, "name": named, "added_at": work.at}
    work.connection.execute(insert(passkey).values(row))
    work.note("staff.passkey_added", staff=member.name)


def to_log_in(keyring: Keyring, site: Site, at: datetime) -> str:
    """What the browser hands to the authenticator to log in (JSON). Nobody is named in it."""
    options = webauthn.generate_authentication_options(
        rp_id=site.host, challenge=_challenge(keyring, "login", at), user_verification=_VERIFIED
    )
    return webauthn.options_to_json(options)


def log_in(work: Work, site: Site, answer: str) -> int:
    """The id of the member whose passkey has signed. Raises StaffError."""
    try:
        challenge = _taken(work, "login", answer)
        credential = base64url_to_bytes(str(_parsed(answer)["rawId"]))
        row = _row(work, credential)
        proved = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=bytes(row.public_key),
            credential_current_sign_count=row.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        raise StaffError(Problem.PASSKEY) from None
    used = {"sign_count": proved.new_sign_count, "used_at": work.at}
    work.connection.execute(update(passkey).where(passkey.c.id == row.id).values(used))
    member_id: int = row.staff_id
    return member_id


def passkeys_of(connection: Connection, member_id: int) -> Sequence[Passkey]:
    """The member's, the oldest first."""
    chosen = select(passkey).where(passkey.c.staff_id == member_id).order_by(passkey.c.id)
    return [Passkey(row.id, row.name, row.added_at, row.used_at) for row in connection.execute(chosen)]


def remove(work: Work, member: Member, passkey_id: int) -> None:
    """Take a passkey of the member away. Raises StaffError where nobody could log in then."""
    mine = passkeys_of(work.connection, member.id)
    if not any(each.id == passkey_id for each in mine):
        raise StaffError(Problem.UNKNOWN)
    if len(mine) == 1 and not (member.has_password and member.has_totp):
        raise StaffError(Problem.LAST_FACTOR)
    work.connection.execute(delete(passkey).where(passkey.c.id == passkey_id, passkey.c.staff_id == member.id))
    work.note("staff.passkey_removed", staff=member.name)


def _row(work: Work, credential: bytes) -> Any:
    chosen = select(passkey).where(passkey.c.credential == credential).with_for_update()
    row = work.connection.execute(chosen).one_or_none()
    if row is None:
        raise ValueError("not known")
    return row


def _challenge(keyring: Keyring, purpose: str, at: datetime) -> bytes:
    head = secrets.token_bytes(_NONCE) + int(at.timestamp()).to_bytes(_TIME)
    return head + keyring.mac(purpose.encode() + head)[1]


def _taken(work: Work, purpose: str, answer: str) -> bytes:
    """The challenge that was signed: ours, for that purpose, of the last minutes, and not used before. Raises
    ValueError.
    """
    response = _parsed(answer)["response"]
    challenge = parse_client_data_json(base64url_to_bytes(str(response["clientDataJSON"]))).challenge
    head, mac = challenge[: _NONCE + _TIME], challenge[_NONCE + _TIME :]
    keys = [key.id for key in work.keyring.keys]
    if not any(work.keyring.mac_holds(key_id, purpose.encode() + head, mac) for key_id in keys):
        raise ValueError("not our challenge")
    age_s = work.at.timestamp() - int.from_bytes(head[_NONCE:])
    if not -1 <= age_s <= _LASTS.total_seconds():
        raise ValueError("too old")
    if once.take(work, "challenge", challenge.hex()) is not None:
        raise ValueError("used before")
    return challenge


def _parsed(answer: str) -> dict[str, Any]:
    if len(answer) > LONGEST_ANSWER:
        raise ValueError("too long")
    parsed = json.loads(answer)
    if not isinstance(parsed, dict) or not isinstance(parsed.get("response"), dict):
        raise ValueError("no credential")
    return parsed

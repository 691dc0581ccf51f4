"""The network company of the demonstration: its service with an invented register, and its head-end.

It begins anew each time: the story is seen again, from a closed port to the first telegram.
"""

import asyncio
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import tomlkit

from hanport.demo import children, register
from hanport.demo.places import HERE, Places, control_url

_STAFF = "demo"
_STAFF_ROLES = ("clerk", "editor", "admin")
# A demonstration is tried out by one machine, again and again.
_OFTEN = 100_000


@dataclass(frozen=True, slots=True)
class Secrets:
    """The tokens of the programs that use the company's API: the head-end's own, and the start page's."""

    head_end: Path
    office: str


@dataclass(frozen=True, slots=True)
class NetworkCompany:
    """Where its files and those of the test identity are, in which language it speaks, and where all parties are."""

    folder: Path
    identity: Path
    language: str
    places: Places

    @property
    def config(self) -> Path:
        """Its grid.toml."""
        return self.folder / "grid.toml"

    @property
    def name(self) -> str:
        """What it is called."""
        return "Fjällbyns Elnät"

    async def found(self, today: date) -> Secrets:
        """Make its database anew, with the register, and tokens for programs. Raises HanportError."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        await self._grid("new", "--test")
        self._write()
        async with asyncio.TaskGroup() as group:
            head_end = group.create_task(self._token("head-end", "head_end"))
            office = group.create_task(self._token("start-page", "register", "read", "orders"))
            group.create_task(self._import(today))
        secret = self.folder / "reply-token"
        secret.write_text(head_end.result(), "utf-8")
        return Secrets(secret, office.result().strip())

    def commands(self, secrets: Secrets) -> dict[str, tuple[list[str], str]]:
        """Its programs by their roles: how each is started, and what it says before its place."""
        serials = zip(register.HOUSE_METERS, self.places.controls, strict=True)
        meters = (*serials, (register.BAKEHOUSE_METER, self.places.bakehouse))
        head_end = ["meter", "head-end", "--listen", f"{HERE}:{self.places.head_end}"]
        head_end += ["--control", f"{HERE}:{self.places.head_end_control}"]
        head_end += ["--reply-token-file", str(secrets.head_end)]
        for serial, port in meters:
            head_end += ["--meter", f"{serial}={control_url(port)}"]
        return {
            "service": (["grid", "--config", str(self.config)], "grid on "),
            "head-end": (head_end, "CIM form on "),
            "bakehouse": (["meter", "--closed", "--control", f"{HERE}:{self.places.bakehouse}"], "control on "),
        }

    async def staff_link(self) -> str:
        """The address by which somebody becomes a member of staff, once. Raises HanportError."""
        roles = [part for role in _STAFF_ROLES for part in ("--role", role)]
        return (await self._grid("staff", "add", _STAFF, *roles)).strip()

    def _write(self) -> None:
        answers = f"{self.places.portal_url}/api/v1/head-ends/town/answers"
        identity = self.identity.resolve()
        settings = {
            "environment": "test",
            "log_level": "error",
            "company": {
                "name": self.name,
                "language": self.language,
                "email": "kund@fjallbyn.example",
                "phone": "0280-123 45",
                "address": "Torget 1, Fjällbyn",
                "colour": "#0b5a5e",
            },
            "web": {"port": self.places.portal, "public_url": self.places.portal_url},
            "work": {"period_s": 0.5, "retry_s": 2, "retry_longest_s": 5, "visit_after": 100},
            "limits": {"identifications": _OFTEN, "logins": _OFTEN, "requests": _OFTEN},
            "bankid": {
                "url": self.places.identity_url,
                "certificate_file": str(identity / "rp.p12"),
                "passphrase_file": str(identity / "rp-passphrase"),
                "server_ca_file": str(identity / "server-ca.pem"),
                "signature_root_file": str(identity / "signature-root.pem"),
                "app_url": f"{self.places.phone_url}/start",
            },
            "head_end": [{"name": "town", "kind": "cim", "url": self.places.head_end_url, "reply_url": answers}],
        }
        self.config.write_text(tomlkit.dumps(settings), "utf-8")

    async def _import(self, today: date) -> None:
        texts = register.files(today)
        for name, text in texts.items():
            (self.folder / name).write_text(text, "utf-8")
        await self._grid("import", *(str(self.folder / name) for name in texts))

    async def _token(self, name: str, *scopes: str) -> str:
        return await self._grid("token", "create", name, *(part for scope in scopes for part in ("--scope", scope)))

    async def _grid(self, *arguments: str) -> str:
        return await children.run(["grid", "--config", str(self.config), *arguments])

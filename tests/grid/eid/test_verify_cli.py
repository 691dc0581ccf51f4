"""`hanport grid verify-bankid`, as an auditor uses it: without a configuration, a database or a network."""

import base64
import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.ocsp import OCSPResponseBuilder, OCSPResponseStatus

from grid.eid.forge import (
    AT,
    HIDDEN,
    LOGIN,
    NUMBER,
    PERSON,
    POLICY,
    ROOT,
    TEXT,
    Order,
    certify,
    genuine_chain,
    rsa_key,
    sent,
    signature,
)
from grid.eid.forge_ocsp import Response
from grid.planted import found_in
from hanport.cli.grid import command as grid_command
from hanport.errors import ConfigError, HanportError
from hanport.grid.eid.verdict import Unreadable
from hanport.grid.identifiers import Number, NumberKind

HERE = Path(__file__).parent


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What an auditor has kept: signatures, OCSP responses and the root."""
    xml = signature()
    (tmp_path / "root.pem").write_bytes(genuine_chain().root.certificate.public_bytes(Encoding.PEM))
    (tmp_path / "order.b64").write_bytes(sent(xml))
    (tmp_path / "order.xml").write_text(xml + "\n", "utf-8")
    (tmp_path / "lines.b64").write_bytes(base64.encodebytes(xml.encode()))
    (tmp_path / "login.b64").write_bytes(sent(signature(LOGIN)))
    (tmp_path / "altered.b64").write_bytes(sent(xml.replace("Signing", "Identification")))
    response = Response(sent(xml), at=AT + timedelta(minutes=1)).der()
    (tmp_path / "ocsp.der").write_bytes(response)
    (tmp_path / "ocsp.b64").write_bytes(base64.encodebytes(response))
    (tmp_path / "other.der").write_bytes(Response(sent(signature(LOGIN))).der())
    error = OCSPResponseBuilder.build_unsuccessful(OCSPResponseStatus.TRY_LATER)
    (tmp_path / "error.der").write_bytes(error.public_bytes(Encoding.DER))
    return tmp_path


def run(folder: Path, name: str, *options: str, root: str = "root.pem") -> tuple[int, dict[str, Any]]:
    """The exit code and what was printed; what was raised is raised."""
    given = [str(folder / each) if (folder / each).is_file() else each for each in options]
    arguments = ["verify-bankid", str(folder / name), "--root", str(folder / root), *given]
    result = CliRunner().invoke(grid_command, arguments, standalone_mode=False)
    if isinstance(result.exception, Exception):
        raise result.exception
    return result.return_value, json.loads(result.stdout)


@pytest.mark.parametrize("name", ["order.b64", "order.xml", "lines.b64"])
def test_a_genuine_order_is_told_in_full(folder: Path, name: str) -> None:
    code, told = run(folder, name, "--ocsp", "ocsp.der")
    assert code == 0
    assert told == {
        "verdict": "genuine",
        "reason": None,
        "explanation": None,
        "signer": {
            "number": NUMBER,
            "name": "Tolvan Tolvansson",
            "given_name": "Tolvan",
            "surname": "Tolvansson",
        },
        "visible_text": TEXT,
        "visible_format": "simpleMarkdownV1",
        "hidden_data": base64.b64encode(HIDDEN).decode(),
        "hidden_text": None,
        "document": "Signing",
        "relying_party": Order().party,
        "policies": [POLICY],
        "certificate": {
            "serial": f"{genuine_chain().person.certificate.serial_number:x}",
            "not_before": PERSON.begins.isoformat(),
            "not_after": PERSON.ends.isoformat(),
        },
        "ocsp": "good",
        "at": "2026-11-25T08:01:00Z",
        "at_from": "ocsp",
    }


def test_the_ocsp_response_is_read_in_base64_too(folder: Path) -> None:
    assert run(folder, "order.b64", "--ocsp", "ocsp.b64") == run(folder, "order.b64", "--ocsp", "ocsp.der")


def test_a_signature_that_bankid_made_is_genuine() -> None:
    code, told = run(HERE, "genuine/login.b64", root="roots/signature-test.pem")
    assert (code, told["verdict"], told["document"], told["ocsp"]) == (0, "genuine", "Identification", "absent")
    assert (told["visible_text"], told["hidden_text"]) == ("signeringstext", "ej synlig")
    assert (told["at"], told["at_from"]) == ("2022-09-12T22:00:00Z", "certificate")


def test_a_login_without_a_text_is_told(folder: Path) -> None:
    code, told = run(folder, "login.b64")
    assert (code, told["visible_text"], told["hidden_data"], told["hidden_text"]) == (0, "", "", "")
    assert told["document"] == "Identification"


@pytest.mark.parametrize(
    ("name", "options", "reason"),
    [
        ("altered.b64", (), "data_digest"),
        ("order.b64", ("--at", "2028-01-01T00:00:00Z"), "validity"),
        ("order.b64", ("--at", "2026-11-25T08:00:00Z", "--ocsp", "other.der"), "ocsp_nonce"),
        ("order.b64", ("--at", "2026-12-25T08:00:00Z", "--ocsp", "ocsp.der"), "ocsp_time"),
        ("order.b64", ("--ocsp", "error.der"), "ocsp_error"),
        ("order.b64", ("--policy", "1.2.752.78.1.5"), "policy"),
    ],
)
def test_what_is_not_genuine_is_told_with_the_reason_alone(
    folder: Path, name: str, options: tuple[str, ...], reason: str
) -> None:
    code, told = run(folder, name, *options)
    assert (code, told["verdict"], told["reason"], told["signer"]) == (1, "not genuine", reason, None)
    assert told["explanation"].endswith(".")
    assert found_in(json.dumps(told).encode(), Number(NUMBER, NumberKind.PERSON)) == []
    assert "visible_text" not in told


def test_another_root_is_not_believed(folder: Path) -> None:
    forged = certify(ROOT.but(key=rsa_key("forged root")))
    (folder / "forged.pem").write_bytes(forged.certificate.public_bytes(Encoding.PEM))
    for root in ("forged.pem", str(HERE / "roots" / "signature-test.pem")):
        code, told = run(folder, "order.b64", root=root)
        assert (code, told["reason"]) == (1, "root")


@pytest.mark.parametrize(
    ("options", "at", "came_from"),
    [
        ((), "2026-10-26T08:00:00Z", "certificate"),
        (("--at", "2026-11-25T09:00:00+01:00"), "2026-11-25T08:00:00Z", "given"),
        (("--at", "2026-11-25T08:00:00Z", "--ocsp", "ocsp.der"), "2026-11-25T08:00:00Z", "given"),
        (("--ocsp", "ocsp.der"), "2026-11-25T08:01:00Z", "ocsp"),
        (("--policy", POLICY), "2026-10-26T08:00:00Z", "certificate"),
    ],
)
def test_it_says_of_which_time_it_speaks(folder: Path, options: tuple[str, ...], at: str, came_from: str) -> None:
    code, told = run(folder, "order.b64", *options)
    assert (code, told["at"], told["at_from"]) == (0, at, came_from)


def test_hidden_data_that_are_text_are_shown_as_text(folder: Path) -> None:
    (folder / "text.b64").write_bytes(sent(signature(replace(Order(), hidden="räksmörgås\n".encode()))))
    assert run(folder, "text.b64")[1]["hidden_text"] == "räksmörgås\n"


def test_nothing_that_was_signed_is_obeyed_by_a_terminal(folder: Path) -> None:
    evil = "\x1b[2J\u202egolden\u2066\x9b31m\U000e0041\u2028"
    (folder / "evil.b64").write_bytes(sent(signature(replace(Order(), visible=evil, party=f"cn={evil}"))))
    arguments = ["verify-bankid", str(folder / "evil.b64"), "--root", str(folder / "root.pem")]
    printed = CliRunner().invoke(grid_command, arguments, standalone_mode=False).stdout
    assert json.loads(printed)["visible_text"] == evil
    assert all(sign.isprintable() or sign == "\n" for sign in printed)


@pytest.mark.parametrize(
    ("name", "root", "options", "raised"),
    [
        ("root.pem", "root.pem", (), Unreadable),
        ("missing.b64", "root.pem", (), ConfigError),
        ("order.b64", "missing.pem", (), ConfigError),
        ("order.b64", "order.b64", (), ConfigError),
        ("order.b64", "root.pem", ("--ocsp", "root.pem"), Unreadable),
        ("order.b64", "root.pem", ("--ocsp", "missing.der"), ConfigError),
    ],
)
def test_what_cannot_be_read_is_said(
    folder: Path, name: str, root: str, options: tuple[str, ...], raised: type[HanportError]
) -> None:
    with pytest.raises(raised) as told:
        run(folder, name, *options, root=root)
    assert told.value.remedy


def test_a_file_that_is_too_long_is_not_read(folder: Path) -> None:
    (folder / "long.b64").write_bytes(b"A" * 1_048_577)
    with pytest.raises(ConfigError, match="too long"):
        run(folder, "long.b64")


@pytest.mark.parametrize("at", ["", "yesterday", "2026-11-25", "2026-11-25T08:00:00", "1764057600"])
def test_a_time_that_is_none_is_said(folder: Path, at: str) -> None:
    with pytest.raises(click.BadParameter):
        run(folder, "order.b64", "--at", at)


def test_the_root_must_be_given(folder: Path) -> None:
    with pytest.raises(click.MissingParameter):
        result = CliRunner().invoke(grid_command, ["verify-bankid", str(folder / "order.b64")], standalone_mode=False)
        assert result.exception is not None
        raise result.exception


@pytest.mark.parametrize(
    ("name", "code", "tells"),
    [("order.b64", 0, True), ("altered.b64", 1, True), ("root.pem", 2, False), ("missing.b64", 2, False)],
)
def test_the_program_leaves_with_the_code_that_it_promises(folder: Path, name: str, code: int, tells: bool) -> None:
    """In an empty folder: there is no grid.toml, and none is made."""
    empty = folder / "empty"
    empty.mkdir()
    program = [sys.executable, "-m", "hanport", "grid", "verify-bankid", str(folder / name)]
    made = subprocess.run(
        [*program, "--root", str(folder / "root.pem")], cwd=empty, capture_output=True, env=dict(os.environ)
    )
    assert made.returncode == code, made.stderr
    assert bool(made.stdout) is tells
    assert bool(made.stderr) is not tells
    assert found_in(made.stderr, Number(NUMBER, NumberKind.PERSON)) == []
    assert list(empty.iterdir()) == []

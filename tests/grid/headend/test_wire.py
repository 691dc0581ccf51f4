"""How head-ends are reached: TLS both ways, tokens, addresses; and what the configuration may not say."""

import ssl
from pathlib import Path

import pytest

from grid.headend.commands import NOW, command, configured
from grid.headend.scripted import peer, says
from hanport.clock import ManualClock
from hanport.errors import ConfigError
from hanport.grid.headend.contract import Unreachable
from hanport.grid.headend.registry import HeadEnds, build
from notice_servers import make_certificate, server_context

TAKEN = {"id": "c-open-1", "state": "taken", "at": "2026-11-25T08:00:01Z"}


def built(folder: Path, *lines: str, kind: str = "rest", environment: str = "test") -> HeadEnds:
    table = "\n".join(['name = "vendor"', f'kind = "{kind}"', "timeout_s = 2", *lines])
    return build(configured(table, environment=environment), folder, ManualClock(NOW))


async def send(head_ends: HeadEnds) -> None:
    try:
        assert await head_ends.named("vendor").send(command()) is None
    finally:
        await head_ends.close()


async def test_only_the_certificate_that_is_named_is_trusted(tmp_path: Path) -> None:
    server = server_context(make_certificate(tmp_path))
    async with peer(says(200, TAKEN), ssl=server) as made:
        url = f'url = "https://localhost:{made.port}"'
        await send(built(tmp_path, url, 'ca_file = "localhost.pem"'))
        with pytest.raises(Unreachable, match="ConnectError"):
            await send(built(tmp_path, url))
        with pytest.raises(Unreachable, match="ConnectError"):  # the right certificate for another name
            await send(built(tmp_path, url.replace("localhost", "127.0.0.1"), 'ca_file = "localhost.pem"'))
    assert len(made.asked) == 1


async def test_our_certificate_is_shown_where_the_head_end_wants_it(tmp_path: Path) -> None:
    server = server_context(make_certificate(tmp_path))
    server.verify_mode = ssl.CERT_REQUIRED
    server.load_verify_locations(make_certificate(tmp_path, "hanport"))
    async with peer(says(200, TAKEN), ssl=server) as made:
        lines = [f'url = "https://localhost:{made.port}"', 'ca_file = "localhost.pem"']
        await send(built(tmp_path, *lines, 'certificate_file = "hanport.pem"', 'private_key_file = "hanport.pem"'))
        with pytest.raises(Unreachable):
            await send(built(tmp_path, *lines))
    assert len(made.asked) == 1


async def test_no_proxy_of_the_environment_hears_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with peer(says(500)) as proxy, peer(says(200, TAKEN)) as made:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("ALL_PROXY", proxy.url)
        await send(built(tmp_path, f'url = "{made.url}"'))
    assert (len(proxy.asked), len(made.asked)) == (0, 1)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "headend.example",
        "ftp://headend.example",
        "https://",
        "https://h.example/?a=b",
        "https://[::1",
        "https://h:99999",
    ],
)
def test_what_is_no_address_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(ConfigError, match=r"head-end vendor: `url` is no address"):
        built(tmp_path, f'url = "{url}"')


def test_a_password_does_not_belong_into_an_address(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="password") as raised:
        built(tmp_path, 'url = "https://user:hemligt@headend.example"')
    assert "hemligt" not in str(raised.value)


def test_production_is_encrypted(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="not encrypted"):
        built(tmp_path, 'url = "http://headend.example"', environment="production")
    with pytest.raises(ConfigError, match="not encrypted"):
        built(tmp_path, 'url = "https://h.example"', 'reply_url = "http://h.example"', environment="production")
    built(tmp_path, 'url = "http://127.0.0.1:8000"', environment="production")
    built(tmp_path, 'url = "http://headend.example"')


@pytest.mark.parametrize("content", [b"", b" \n", b"two words", b"a\nb", b"\xff", b"h\xc3\xa5ll"])
def test_a_token_is_one_word(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "token").write_bytes(content)
    with pytest.raises(ConfigError, match="head-end vendor"):
        built(tmp_path, 'url = "https://h.example"', 'token_file = "token"')


def test_a_token_file_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        built(tmp_path, 'url = "https://h.example"', 'token_file = "token"')


def test_certificates_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "not.pem").write_text("hello")
    url = 'url = "https://h.example"'
    for lines in (
        ['ca_file = "not.pem"'],
        ['ca_file = "missing.pem"'],
        ['certificate_file = "not.pem"', 'private_key_file = "not.pem"'],
    ):
        with pytest.raises(ConfigError, match="cannot be used"):
            built(tmp_path, url, *lines)
    with pytest.raises(ConfigError, match="belong together"):
        built(tmp_path, url, 'certificate_file = "not.pem"')

"""What check-config finds beyond the form of the file."""

from pathlib import Path

import pytest

from hanport.home.checking import problems
from hanport.home.config import parse

SOURCE = '[source]\naddress = "tcp://127.0.0.1:5500"\n'

FOUND = [
    ("", "source.address is empty"),
    ('[source]\naddress = "tpc://x:1"', "Did you mean tcp"),
    ('[source]\naddress = "tcp://x:1"\nkey = "12"', "32 hex digits"),
    (SOURCE + '[web]\ncertificate = "chain.pem"', "go together"),
    (SOURCE + '[web]\ncertificate = "chain.pem"\nprivate_key = "key.pem"', "chain.pem cannot be read"),
    (SOURCE + '[house]\nphase_names = ["A"]', "too few names"),
    (SOURCE + "[notice.mail]\nenabled = true", "notice.mail.host is empty"),
    (SOURCE + '[notice.webhook]\nenabled = true\nurl = "example.org"', "no address"),
    (SOURCE + "[store]\nwarn_free_mb = 5", "Nobody would be warned"),
    (SOURCE + "[share.relay]\nenabled = true\nport = 8480", "share.relay.port is web.port, too"),
    (SOURCE + '[hub]\ndata = "file/data"', "cannot be written"),
]


@pytest.mark.parametrize(("text", "problem"), FOUND)
def test_it_is_found_and_has_a_remedy(tmp_path: Path, text: str, problem: str) -> None:
    (tmp_path / "file").write_text("a file where a folder should be")
    found = problems(parse(text), tmp_path / "home.toml")
    assert any(problem in each for each in found), found


def test_a_good_one_has_none(tmp_path: Path) -> None:
    assert problems(parse(SOURCE), tmp_path / "home.toml") == []

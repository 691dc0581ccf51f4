"""Settings written back: only what changed, comments kept, secrets for the owner's eyes."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanport.errors import ConfigError
from hanport.home.config import (
    HomeConfig,
    HouseTable,
    HubTable,
    MailTable,
    MqttTable,
    NoticeTable,
    RelayTable,
    ShareTable,
    StoreTable,
    parse,
)
from hanport.home.settings import rewritten, save

TEXT = """# my hub
[house]
main_fuse_a = 20  # the green ones
phases = 3

[share.relay]
enabled = true
"""

CONFIGS = st.builds(
    HomeConfig,
    hub=st.builds(HubTable, name=st.text(min_size=1, max_size=60), language=st.sampled_from(["sv", "en"])),
    house=st.builds(HouseTable, main_fuse_a=st.integers(6, 6300), phases=st.sampled_from([1, 3])),
    store=st.builds(StoreTable, commit_every_s=st.floats(0, 3600), keep_readings_days=st.integers(0, 9999)),
    notice=st.builds(NoticeTable, mail=st.builds(MailTable, to=st.lists(st.text(max_size=9)).map(tuple))),
    share=st.builds(
        ShareTable,
        relay=st.builds(RelayTable, enabled=st.booleans(), view=st.sampled_from(["raw", "p1"])),
        mqtt=st.builds(MqttTable, password=st.text(max_size=20), tls=st.booleans()),
    ),
)


def test_only_what_changed_is_written_and_comments_stay() -> None:
    config = msgspec.structs.replace(parse(TEXT), house=HouseTable(main_fuse_a=25))
    assert rewritten(TEXT, config) == TEXT.replace("= 20 ", "= 25 ")
    assert rewritten(TEXT, parse(TEXT)) == TEXT


@given(before=CONFIGS, after=CONFIGS)
def test_what_is_written_reads_back(before: HomeConfig, after: HomeConfig) -> None:
    text = rewritten("", before)
    assert parse(text) == before
    assert parse(rewritten(text, after)) == after


def test_a_saved_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "home.toml"
    save(file, HomeConfig(hub=HubTable(name="Torp")))
    assert parse(file.read_text("utf-8")).hub.name == "Torp"
    assert file.stat().st_mode & 0o077 == 0
    save(file, HomeConfig())
    assert parse(file.read_text("utf-8")) == HomeConfig()
    assert [path.name for path in tmp_path.iterdir()] == ["home.toml"]


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be written"):
        save(tmp_path / "none" / "home.toml", HomeConfig())

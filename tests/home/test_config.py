"""home.toml: typed, defaults, and errors that name the place and the remedy."""

from pathlib import Path

import pytest

from hanport.errors import ConfigError
from hanport.home.config import HomeConfig, data_folder, load, parse

WRONG = [
    ("[stor]\na = 1", "stor", "Did you mean store?"),
    ("[store]\ncommit_evry_s = 3", "store.commit_evry_s", "Did you mean store.commit_every_s?"),
    ("[share.mqtt]\ntopc = 'x'", "share.mqtt.topc", "Did you mean share.mqtt.topic?"),
    ("[house]\nxyz = 3", "house.xyz", "main_fuse_a"),
    ("zzz = 1", "zzz", "Known in the file"),
    ("[house]\nmain_fuse_a = 'twenty'", "house.main_fuse_a", "Expected `int`"),
    ("[house]\nmain_fuse_a = 3", "house.main_fuse_a", ">= 6"),
    ("[house]\nphases = 2", "house.phases", "2"),
    ("[share.mqtt]\ntopic = 'a/#'", "share.mqtt.topic", "regex"),
    ("hub = 3", "hub", "Expected `object`"),
    ("[hub]\nname = Torp", "no TOML", "line 2"),
]


@pytest.mark.parametrize(("text", "place", "remedy"), WRONG)
def test_what_is_wrong_is_named_with_its_place(text: str, place: str, remedy: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(text)
    assert place in str(caught.value)
    assert remedy in str(caught.value)


def test_an_empty_file_is_the_defaults() -> None:
    assert parse("") == HomeConfig()
    assert not HomeConfig().share.relay.enabled
    assert HomeConfig().web.host == "127.0.0.1"


def test_what_is_written_counts(tmp_path: Path) -> None:
    file = tmp_path / "home.toml"
    file.write_text('[hub]\nname = "Torp"\ndata = "d"\n[store]\ncommit_every_s = 30\n')
    config = load(file)
    assert (config.hub.name, config.store.commit_every_s) == ("Torp", 30)
    assert data_folder(config, file) == (tmp_path / "d").resolve()


def test_a_missing_or_unreadable_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="setup"):
        load(tmp_path / "none.toml")
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path)

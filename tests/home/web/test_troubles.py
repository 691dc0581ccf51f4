"""The lines about parts that do not run: named, counted, in both languages."""

from datetime import UTC, datetime

from hanport.home.config import StoreTable
from hanport.home.live import Live
from hanport.home.store.disk import Room, Space
from hanport.home.values import PartState, PartStatus, PortState, PortStatus
from hanport.home.web.app import CATALOGS
from hanport.home.web.troubles import disk_trouble, troubles
from hanport.web.words import Words

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


def live_with(*parts: PartStatus) -> Live:
    live = Live(PortStatus(PortState.WELL, NOON), backlog=lambda: 1234)
    live.parts.update({part.name: part for part in parts})
    return live


def failed(name: str, problem: str, kind: str = "") -> PartStatus:
    return PartStatus(name, PartState.FAILED, NOON, problem, 5.0, kind)


def test_nothing_is_said_of_parts_that_run() -> None:
    live = live_with(PartStatus("store", PartState.RUNNING, NOON), PartStatus("source", PartState.STOPPED, NOON))
    assert troubles(live, Words("sv", CATALOGS)) == []


def test_a_full_disk_says_how_many_telegrams_wait() -> None:
    live = live_with(failed("store", "There is no room left.", "StoreFull"))
    (swedish,) = troubles(live, Words("sv", CATALOGS))
    (english,) = troubles(live, Words("en", CATALOGS))
    assert swedish.text.startswith("Lagringen står stilla: disken är full. 1\u00a0234 telegram väntar")
    assert english.text.startswith("Storing has stopped: the disk is full. 1,234 telegrams wait")
    assert (english.level, english.name) == ("bad", "store")


def test_what_the_hub_does_not_know_by_its_kind_speaks_for_itself() -> None:
    live = live_with(
        failed("mqtt", "The broker is away. Start it.", "ShareError"), failed("new", "Unforeseen: KeyError.")
    )
    first, second = troubles(live, Words("sv", CATALOGS))
    assert first.text.startswith("Delningen med MQTT står stilla")
    assert "The broker is away. Start it." in first.text
    assert first.href == "/settings"
    assert second.text.startswith("new står stilla")


def test_a_disk_that_is_nearly_full_warns_before_it_stops() -> None:
    settings = StoreTable(warn_free_mb=5000, least_free_mb=1000)
    words = Words("sv", CATALOGS)
    assert disk_trouble(Space(6000, Room.ENOUGH), settings, words) == []
    assert disk_trouble(Space(10, Room.NONE), settings, words) == []  # the store says so itself
    (line,) = disk_trouble(Space(1234, Room.LOW), settings, words)
    assert line.level == "warn"
    assert "1\u00a0234 MB är lediga. Vid 1\u00a0000 MB slutar" in line.text

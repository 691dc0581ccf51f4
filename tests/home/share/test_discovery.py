"""What is published for discovery, key by key."""

import json
from typing import Any

import pytest

from corpus_index import CASES
from hanport.home.config import MqttTable
from hanport.home.sampling import Sampler
from hanport.home.share.discovery import Hub, messages, models_of, port_message, topics
from hanport.home.share.entities import FIGURE_ENTITIES, PORT_ENTITIES
from hanport.home.share.figures import FIGURES
from hanport.home.values import PortState, PortStatus
from hanport.locale import has_text
from hanport.port.decoder import decode_message
from hanport.port.telegram import Telegram
from share_discovery import expected
from share_samples import NOW, sample

HUB = Hub("021122334455", "Villa Ek", "sv", models_of(sample()))
TABLE = MqttTable(enabled=True)


def published(hub: Hub = HUB, table: MqttTable = TABLE) -> dict[str, dict[str, Any]]:
    return dict(messages(hub, table, FIGURES))


def test_every_payload_key_by_key() -> None:
    assert published() == expected("021122334455")


def test_every_entity_has_its_name_and_its_own_ids() -> None:
    for entity in (*FIGURE_ENTITIES.values(), *PORT_ENTITIES):
        assert has_text("share", f"entity.{entity.key}")
    payloads = published().values()
    for key in ("name", "unique_id", "object_id", "default_entity_id"):
        assert len({payload[key] for payload in payloads}) == len(payloads)


def test_only_what_the_meter_sends_is_told_of() -> None:
    keys = [topic.split("/")[3] for topic, _ in messages(HUB, TABLE, ["current_l1_a", "energy_import_kwh"])]
    assert keys == ["port_problem", "port_state", "last_telegram", "energy_import_kwh", "current_l1_a"]


def test_topics_and_language_follow_the_settings() -> None:
    table = MqttTable(topic="Hus/El mätare".replace(" ", "_"), discovery_prefix="ha")
    told = dict(messages(Hub("020000000001", "House", "en"), table, ["power_import_w"]))
    payload = told["ha/sensor/hanport_020000000001/power_import_w/config"]
    assert payload["name"] == "Power imported"
    assert payload["state_topic"] == "Hus/El_mätare/state"
    assert payload["object_id"] == "hus_el_m_tare_power_import_w"
    assert payload["device"]["manufacturer"] == "hanport"
    assert payload["device"]["model"] == "HAN port of the electricity meter"
    assert topics(table).birth == "ha/status"


def test_the_payloads_are_json() -> None:
    assert json.loads(json.dumps(published())) == published()


@pytest.mark.parametrize(
    ("file", "maker"),
    [("hdlc/se-kaifa-amshan-se-list.hex", "Kaifa"), ("p1/se-landisgyr-e360-220204.txt", "Landis+Gyr")],
)
def test_models_are_told_where_they_are_known(file: str, maker: str) -> None:
    case = CASES[file]
    (telegram, *_) = [event for event in decode_message(case.data, case.keys) if isinstance(event, Telegram)]
    models = models_of(Sampler().sample(telegram, NOW))
    assert {model.maker for model in models} == {maker}


@pytest.mark.parametrize(
    ("state", "problem"),
    [
        (PortState.STARTING, "OFF"),
        (PortState.WELL, "OFF"),
        (PortState.ILL, "ON"),
        (PortState.SILENT, "ON"),
        (PortState.LOST, "ON"),
    ],
)
def test_a_port_that_needs_somebody_is_a_problem(state: PortState, problem: str) -> None:
    told = port_message(PortStatus(state, NOW, finding="silent"))
    assert (told["state"], told["problem"], told["finding"]) == (state, problem, "silent")
    assert port_message(PortStatus(state, NOW))["finding"] is None

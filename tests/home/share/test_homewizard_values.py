"""A telegram as clients of the compatible API get it."""

import json
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from corpus_index import CASES
from hanport.home.sampling import Sampler
from hanport.home.share.homewizard_values import measurement
from hanport.home.values import Sample
from hanport.port.decoder import decode_message
from hanport.port.telegram import Telegram
from hanport.port.values import Reading
from share_samples import NOW, READING, sample


def told(heard: Sample, *, fresh: bool = True) -> Any:
    return json.loads(msgspec.json.encode(measurement(heard, fresh=fresh)), parse_float=Decimal)


def of_corpus(file: str) -> Sample:
    case = CASES[file]
    telegram = next(event for event in decode_message(case.data, case.keys) if isinstance(event, Telegram))
    return Sampler().sample(telegram, NOW)


def test_a_swedish_meter() -> None:
    assert told(sample()) == {
        "meter_model": "KAM5",
        "total_power_import_kwh": Decimal("60995.424"),
        "total_power_export_kwh": Decimal("12.007"),
        "active_power_w": 1727,
        "active_power_l1_w": 1500,
        "active_power_l2_w": 227,
        "active_power_l3_w": 0,
        "active_voltage_l1_v": Decimal("230.1"),
        "active_voltage_l2_v": 229,
        "active_voltage_l3_v": Decimal("231.7"),
        "active_current_l1_a": Decimal("6.5"),
        "active_current_l2_a": 1,
        "active_current_l3_a": 0,
    }


def test_what_the_meter_did_not_say_is_left_out() -> None:
    assert told(sample(Reading(at=NOW, power_import_w=12), "aidon-hdlc")) == {"active_power_w": 12}


def test_stale_values_are_left_out_and_registers_stay() -> None:
    assert set(told(sample(), fresh=False)) == {"meter_model", "total_power_import_kwh", "total_power_export_kwh"}


def test_export_is_negative_power_and_current() -> None:
    exporting = msgspec.structs.replace(
        READING, power_import_w=0, power_export_w=800, power_import_l1_w=0, power_export_l1_w=1000
    )
    data = told(sample(exporting))
    assert data["active_power_w"] == -800
    assert (data["active_power_l1_w"], data["active_current_l1_a"]) == (-1000, Decimal("-6.5"))
    assert data["active_current_l2_a"] == 1


def test_a_dutch_meter_with_gas() -> None:
    data = told(of_corpus("p1/nl-dsmr5-robin.txt"))
    assert data["smr_version"] == 50
    assert data["total_power_import_t1_kwh"] + data["total_power_import_t2_kwh"] == data["total_power_import_kwh"]
    assert data["active_tariff"] in (1, 2)
    assert isinstance(data["voltage_sag_l1_count"], int)
    gas = [device for device in data["external"] if device["type"] == "gas_meter"]
    assert data["total_gas_m3"] == gas[0]["value"]
    assert data["gas_unique_id"] == gas[0]["unique_id"]
    assert len(str(gas[0]["timestamp"])) == 12
    assert gas[0]["unit"] == "m3"


@pytest.mark.parametrize("file", [name for name, case in CASES.items() if not case.undecodable])
def test_the_whole_corpus_can_be_told(file: str) -> None:
    case = CASES[file]
    for event in decode_message(case.data, case.keys):
        if isinstance(event, Telegram):
            data = told(Sampler().sample(event, NOW))
            assert None not in data.values()

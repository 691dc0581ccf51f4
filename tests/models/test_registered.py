"""What a company's register calls a meter leads to the models that it may be."""

import pytest

from hanport.models import MODELS, Model, registered


@pytest.mark.parametrize(
    ("maker", "model", "names"),
    [
        # As registers write it
        ("Kamstrup", "OMNIA", ["kamstrup-omnia"]),
        ("KAMSTRUP A/S", "Omnia e-meter 3-fas", ["kamstrup-omnia"]),
        ("kamstrup", "OMNIPOWER", ["kamstrup-omnipower-p1", "kamstrup-hdlc"]),
        ("Kamstrup", "Omnipower 3-fas, P1", ["kamstrup-omnipower-p1"]),
        ("Kamstrup", "OMNIPOWER (HAN-NVE)", ["kamstrup-hdlc"]),
        ("Kamstrup", "Omnipower RJ45", ["kamstrup-hdlc"]),
        ("Aidon", "6534", ["aidon-6534", "aidon-hdlc"]),
        ("Aidon Oy", "6511 EFS2", ["aidon-6534"]),
        ("Aidon", "6534 (EFS)", ["aidon-hdlc"]),
        ("Landis+Gyr", "E360-SM3R", ["landisgyr-e360"]),
        ("Landis & Gyr", "E360", ["landisgyr-e360"]),
        ("L+G", "e360", ["landisgyr-e360"]),
        ("Sagemcom", "S211", ["sagemcom-s211"]),
        ("SAGEMCOM", "T211-D", ["sagemcom-s211"]),
        ("Kaifa", "MA304H4E", ["kaifa-ma304", "kaifa-hdlc"]),
        ("Kaifa", "MA304 M-Bus", ["kaifa-hdlc"]),
        # The maker in the field of the model
        ("", "Kamstrup OMNIA", ["kamstrup-omnia"]),
        ("", "Aidon 6550", ["aidon-6534", "aidon-hdlc"]),
        # Not known, or not enough
        ("", "", []),
        ("", "6534", []),
        ("Kamstrup", "", []),
        ("Kamstrup", "382", []),
        ("Enermet", "E360", []),
        ("Enermet", "OMNIA", []),
        ("Aidon", "OMNIA", []),
        ("Kamstrup", "6534", []),
        ("Öresund", "å", []),
    ],
)
def test_a_maker_and_a_model(maker: str, model: str, names: list[str]) -> None:
    assert [each.name for each in registered(maker, model)] == names


@pytest.mark.parametrize("model", MODELS.values(), ids=lambda model: model.name)
def test_the_catalogs_own_names_lead_back(model: Model) -> None:
    for text in (model.display, model.name, model.display.removeprefix(model.maker).strip()):
        assert registered(model.maker, text) == (model,), text
    assert registered("", model.display) == (model,)

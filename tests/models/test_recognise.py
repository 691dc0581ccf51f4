"""Which model sends this."""

import pytest

from hanport.models import recognise
from hanport.models.rows import AIDON_HDLC, KAIFA_HDLC, KAMSTRUP_LIST_1, SWEDISH, SWEDISH_BY_PHASE

DUTCH = {"1-3:0.2.8", "0-0:1.0.0", "1-0:1.8.1", "1-0:1.8.2", "1-0:1.7.0"}


@pytest.mark.parametrize(
    ("identification", "codes", "name"),
    [
        ("KAM5", SWEDISH, "kamstrup-omnia"),
        ("/KAM5", SWEDISH, "kamstrup-omnia"),
        ("KAM5", (), "kamstrup-omnipower-p1"),
        ("ADN9 6534", SWEDISH_BY_PHASE, "aidon-6534"),
        ("ADN9 6511", ("1-0:1.8.0", "1-0:1.7.0"), "aidon-6534"),  # the single-phase one of the family
        ("LGF5E360", SWEDISH, "landisgyr-e360"),
        (r"ELL5\253833635_A", SWEDISH, "sagemcom-s211"),
        ("ELL5", SWEDISH, "sagemcom-s211"),
        ("KFM5KAIFA-METER", SWEDISH, "kaifa-ma304"),
        ("KFM_001", KAIFA_HDLC, "kaifa-hdlc"),
        ("Kamstrup_V0001", KAMSTRUP_LIST_1, "kamstrup-hdlc"),
        (None, AIDON_HDLC, "aidon-hdlc"),
        # The same identification in the Netherlands, with other rows.
        ("KFM5KAIFA-METER", DUTCH, None),
        ("KFM5KAIFA-METER", SWEDISH | {"1-0:1.8.1"}, None),
        # Other meters of the same makers.
        ("XMX5LGBBLB2410065887", DUTCH, None),
        ("ADN9 7534", SWEDISH, None),
        ("KFM_001", ("1-0:1.7.0", "1-0:99.1.0"), None),
        # Nothing to go by.
        (None, (), None),
        ("", (), None),
        (None, ("1-0:1.7.0",), None),  # Norway's list 1, from any maker
        ("ISK5\\2M550T-1012", DUTCH, None),
        ("XLGF5E360X", SWEDISH, None),
    ],
)
def test_by_identification_and_contents(identification: str | None, codes: tuple[str, ...], name: str | None) -> None:
    model = recognise(identification, codes)
    assert (model.name if model else None) == name

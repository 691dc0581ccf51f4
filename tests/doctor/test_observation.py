"""Where bytes come from, by the address that a user wrote."""

import pytest

from hanport.doctor import SourceKind


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("serial:/dev/ttyUSB0?baud=115200", SourceKind.SERIAL),
        ("TCP://h:1", SourceKind.TCP),
        ("mqtt://h:1/t", SourceKind.MQTT),
        ("file:x", SourceKind.FILE),
        ("-", SourceKind.STDIN),
        ("", SourceKind.STDIN),
    ],
)
def test_what_an_address_leads_to(address: str, kind: SourceKind) -> None:
    assert SourceKind.of(address) is kind
    assert kind.live == (kind not in (SourceKind.FILE, SourceKind.STDIN))

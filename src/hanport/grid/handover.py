"""What the household's hub is told of its meter: a file, and a QR code with the same (docs/hand-over.md).

It says what the company knows: meter, plug, supply, line, interval and rows. It holds no key and no secret of the
meter, and nothing of a person but the facility's ID and the meter's number.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape

import segno
from sqlalchemy import Connection, or_, select

from hanport.grid.database.tables import facility, installation, meter
from hanport.models import Model, registered

FORMAT = "hanport-handover-v1"
_QUIET = 4  # modules of white around a code (ISO/IEC 18004, 5.3.8)


@dataclass(frozen=True, slots=True)
class HandOver:
    """One meter. `maker` and `model` are what the register calls it; `may_be` are the models that this can be, the
    likeliest first, and none where it is not known.
    """

    made_at: datetime
    company: str
    url: str
    gsrn: str
    serial: str
    maker: str
    model: str
    may_be: tuple[Model, ...]

    def file(self) -> bytes:
        """The file, as people can read it too."""
        return (json.dumps(self._content(with_rows=True), indent=2, ensure_ascii=False) + "\n").encode()

    def code(self) -> str:
        """The text of the QR code, in ASCII: the same without the rows, which would make it too fine for a phone."""
        return json.dumps(self._content(with_rows=False), separators=(",", ":"))

    def svg(self, label: str) -> str:
        """The QR code as an `<svg>` without size and style, black on white. `label` is what it is called to those who
        do not see it.
        """
        code = segno.make_qr(self.code(), error="l")
        drawn = code.svg_inline(border=_QUIET, omitsize=True, dark="#000", light="#fff", svgclass="qr", lineclass=None)
        return drawn.replace("<svg ", f'<svg role="img" aria-label="{escape(label)}" ', 1)

    @property
    def name(self) -> str:
        """The file's name."""
        return f"hanport-handover-{''.join(sign if sign.isalnum() else '-' for sign in self.serial)}.json"

    def _content(self, *, with_rows: bool) -> Mapping[str, object]:
        return {
            "format": FORMAT,
            "made_at": self.made_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "company": {"name": self.company, "url": self.url},
            "facility": {"gsrn": self.gsrn},
            "meter": {"serial": self.serial, "maker": self.maker, "model": self.model},
            "may_be": [_port(model, with_rows=with_rows) for model in self.may_be],
        }


def handovers(
    connection: Connection, facility_id: int, at: datetime, *, company: str, url: str
) -> tuple[HandOver, ...]:
    """One for each meter that is installed at the facility at that instant, the newest first."""
    chosen = (
        select(facility.c.gsrn, meter.c.serial, meter.c.maker, meter.c.model)
        .join(installation, installation.c.facility_id == facility.c.id)
        .join(meter, meter.c.id == installation.c.meter_id)
        .where(facility.c.id == facility_id, installation.c.begins_at <= at)
        .where(or_(installation.c.ends_at.is_(None), installation.c.ends_at > at))
        .order_by(installation.c.begins_at.desc(), meter.c.id.desc())
    )
    return tuple(
        HandOver(at, company, url, row.gsrn, row.serial, row.maker, row.model, registered(row.maker, row.model))
        for row in connection.execute(chosen)
    )


def _port(model: Model, *, with_rows: bool) -> Mapping[str, object]:
    supply = model.supply
    told: dict[str, object] = {
        "name": model.name,
        "display": model.display,
        "plug": model.plug.value,
        "supply": {
            "feed": supply.feed.value,
            "sure": supply.sure.value,
            "voltage_mv": supply.voltage_mv,
            "current_ma": supply.current_ma,
            "own": supply.own.value,
        },
        "serial": model.serial,
        "inverted": model.inverted,
        "interval_s": model.interval_s,
    }
    return told | {"rows": list(model.rows)} if with_rows else told

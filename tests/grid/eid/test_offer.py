"""Whether BankID is offered, and what staff learn of it."""

from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from grid.conftest import START
from grid.eid.identity import identity
from grid.web.conftest import quick
from grid.web.scene import Scene
from hanport.clock import ManualClock
from hanport.errors import ConfigError
from hanport.grid.alarms import live
from hanport.grid.config import BankIDTable
from hanport.grid.eid import offer
from hanport.grid.web import sessions
from hanport.grid.web.upkeep import upkeep

__all__ = ["quick"]


def alarms(scene: Scene) -> list[str]:
    with scene.database.reading() as connection:
        return [each.kind for each in live(connection)]


async def test_without_a_certificate_it_is_not_offered(quick: Scene, clock: ManualClock) -> None:
    async with offer.offered(quick.parts.grid, quick.folder, clock) as flow:
        assert flow is None


async def test_a_certificate_that_ends_soon_is_an_alarm_until_it_is_renewed(
    quick: Scene, clock: ManualClock, tmp_path: Path
) -> None:
    async with identity(quick, tmp_path / "testid") as made:
        assert await made.flow._bankid.is_alive()
        parts = made.scene.parts
        folder = tmp_path / "testid"
        assert alarms(quick) == []
        ends_at = offer.look(parts.grid, folder, clock).ends_at
        assert ends_at is not None
        late = ManualClock(ends_at - timedelta(days=59))
        offer.look(parts.grid, folder, late)
        assert alarms(quick) == [offer.CERTIFICATE_ENDS]
        offer.look(parts.grid, folder, clock)
        assert alarms(quick) == []
        with pytest.raises(ConfigError, match="ended on"):
            offer.look(parts.grid, folder, ManualClock(ends_at + timedelta(days=1)))


async def test_the_hourly_upkeep_says_what_cannot_be_used_and_goes_on(
    quick: Scene, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    quick.config = msgspec.structs.replace(quick.config, bankid=BankIDTable(certificate_file="gone.p12"))
    secret = quick.visitor_session()
    await clock.advance(86_400)
    assert await upkeep(quick.parts) is False
    assert "BankID cannot be used" in caplog.text
    with quick.database.reading() as connection:
        assert sessions.find(connection, quick.config.sessions, secret, START) is None

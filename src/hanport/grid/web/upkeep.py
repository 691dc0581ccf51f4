"""What is done for the pages once an hour: what has ended is taken away, and BankID's certificate is looked at."""

import asyncio
import logging

from hanport.errors import ConfigError
from hanport.grid.eid import identifications, offer
from hanport.grid.ordering import asks
from hanport.grid.staff import tidying
from hanport.grid.web import sessions
from hanport.grid.web.parts import WebParts

log = logging.getLogger(__name__)

EVERY_S = 3600.0


async def upkeep(parts: WebParts) -> bool:
    """Do it once; there is never more to do at once. Several processes may do it in the same hour."""
    await parts.write("system", sessions.clear)
    await parts.write("system", identifications.clear)
    await parts.write("system", tidying.clear)
    await parts.write("system", asks.forget_old)
    try:
        await asyncio.to_thread(offer.look, parts.grid, parts.folder, parts.clock)
    except ConfigError as error:  # it could be used when the service started
        log.error("BankID cannot be used as it is set up", extra={"problem": str(error)})
    return False

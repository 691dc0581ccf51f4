"""Who was looked at lately, and by whom: the person's log says once that somebody has looked, not at each reload."""

from collections import OrderedDict
from collections.abc import Iterable
from datetime import datetime, timedelta

from hanport.grid.database.work import Work
from hanport.grid.staff.values import Member
from hanport.grid.web.parts import WebParts

_ONCE_IN = timedelta(minutes=30)
_MOST = 10_000


class Looks:
    """Of one process."""

    def __init__(self, parts: WebParts) -> None:
        self._parts = parts
        self._seen: OrderedDict[tuple[int, int, str], datetime] = OrderedDict()

    async def note(self, member: Member, person_ids: Iterable[int], what: str) -> None:
        """Write down that the member looks at those persons; nothing is shown before it is written."""
        at = self._parts.clock.now()
        new = [each for each in dict.fromkeys(person_ids) if self._is_new((member.id, each, what), at)]
        if not new:
            return

        def write(work: Work) -> None:
            for person_id in new:
                work.note("person.looked_at", person_id=person_id, what=what)

        await self._parts.write(member.actor, write)
        for each in new:
            self._seen[member.id, each, what] = at
        while len(self._seen) > _MOST:
            self._seen.popitem(last=False)

    def _is_new(self, key: tuple[int, int, str], at: datetime) -> bool:
        seen_at = self._seen.get(key)
        return seen_at is None or at - seen_at >= _ONCE_IN

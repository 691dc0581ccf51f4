"""The meter's counting: power integrated into registers, and the readings that come of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from hanport.meter.house import Flow
from hanport.port.values import Reading

_HOUR_S = 3600
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Energies:
    """The states of the four registers in Wh and varh, 0 or more: what a meter shows on the day we meet it."""

    import_wh: int = 0
    export_wh: int = 0
    reactive_import_varh: int = 0
    reactive_export_varh: int = 0


class Registers:
    """Four registers that count for ever, and the last second's powers.

    The sum of the phases is counted, second by second: a house that draws on L1 what it feeds on L2 counts nothing
    (vector registration, as Swedish meters do). Kept in W·s and var·s, shown in whole Wh and varh, rounded down.
    """

    def __init__(self, energies: Energies | None = None, *, phases: int = 3) -> None:
        start = energies or Energies()
        states = (start.import_wh, start.export_wh, start.reactive_import_varh, start.reactive_export_varh)
        self._counted_ws = [state * _HOUR_S for state in states]
        self._phases = phases
        self._last = Reading(None, *states)

    def advance(self, flow: Flow) -> None:
        """Count the flow's seconds."""
        if len(flow.power_w):
            self._count(flow, np.array([len(flow.power_w) - 1]))

    def read(self) -> Reading:
        """The meter at the end of the last second that it counted; before that, its registers alone."""
        return self._last

    def readings(self, flow: Flow, every_s: int) -> Iterator[Reading]:
        """What the meter shows at every multiple of `every_s` (UTC) after the flow's start up to its end.

        The reading at 12:00:10 has the powers of the second from 12:00:09 on, and all energy until 12:00:10. The
        registers have counted the whole flow when this returns, also if nobody reads the iterator. Raises
        `ValueError` if `every_s` is below 1.
        """
        if every_s < 1:
            raise ValueError("a meter tells its reading once a second at most")
        seconds = len(flow.power_w)
        if not seconds:
            return iter(())
        start_s = int((flow.start - _EPOCH).total_seconds())
        rows = np.arange(-(start_s + 1) % every_s, seconds, every_s)
        readings = self._count(flow, np.append(rows, seconds - 1))
        return iter(readings[:-1])

    def _count(self, flow: Flow, rows: NDArray[np.int64]) -> list[Reading]:
        """The readings after each of the rows; the last row has to be the flow's last."""
        active = flow.power_w.sum(axis=1, dtype=np.int64)
        reactive = flow.reactive_power_var.sum(axis=1, dtype=np.int64)
        totals = (np.maximum(active, 0), np.maximum(-active, 0), np.maximum(reactive, 0), np.maximum(-reactive, 0))
        energies = []
        for index, total in enumerate(totals):
            counted = total.cumsum()[rows] + self._counted_ws[index]
            self._counted_ws[index] = int(counted[-1])
            energies.append((counted // _HOUR_S).tolist())
        at = [flow.start + timedelta(seconds=row + 1) for row in rows.tolist()]
        instants = [total[rows].tolist() for total in totals]
        readings = list(map(Reading, at, *energies, *instants, *self._phase_columns(flow, rows)))
        self._last = readings[-1]
        return readings

    def _phase_columns(self, flow: Flow, rows: NDArray[np.int64]) -> list[list[int | None]]:
        """The phases' fields in the order of `Reading`."""
        power, reactive = flow.power_w[rows], flow.reactive_power_var[rows]
        blocks = (
            np.maximum(power, 0),
            np.maximum(-power, 0),
            np.maximum(reactive, 0),
            np.maximum(-reactive, 0),
            flow.voltage_mv[rows],
            flow.current_ma[rows],
        )
        absent: list[int | None] = [None] * len(rows)
        return [block[:, phase].tolist() if phase < self._phases else absent for block in blocks for phase in range(3)]

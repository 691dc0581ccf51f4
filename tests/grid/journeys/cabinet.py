"""All virtual meters of a town behind one socket: each at `/SERIAL`, with the control interface that it has in use."""

from datetime import UTC, datetime

from starlette.types import ASGIApp, Receive, Scope, Send

from hanport.clock import ManualClock
from hanport.meter.control import application
from hanport.meter.device import MeterSetup, VirtualMeter, telegrams
from hanport.meter.schedule import Plan
from hanport.port.profiles import PROFILES


class Cabinet:
    """The meters by their serial numbers, each made when it is first spoken to. Those in `stuck` say that a command was
    done, and do nothing.
    """

    def __init__(self) -> None:
        self.stuck: set[str] = set()
        self.asked: list[tuple[str, str]] = []  # the meter, and what it was asked: the last part of the address
        self._meters: dict[str, VirtualMeter] = {}
        self._apps: dict[str, ASGIApp] = {}

    def is_open(self, serial: str) -> bool:
        """Whether telegrams come out of the meter's port: the truth that the service has to bring about."""
        return self._meter(serial).status().module.open

    def is_hung(self, serial: str) -> bool:
        """Whether the port has stopped until the meter is started anew."""
        return self._meter(serial).status().module.hung

    def hang(self, serial: str) -> None:
        """The port stops, though it is open."""
        self._meter(serial).add_fault(Plan("hang", 0.0, None))

    def was_asked(self, serial: str, what: str) -> int:
        """How often it was asked that."""
        return self.asked.count((serial, what))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request to the meter that its address names."""
        serial, _, rest = scope["path"].removeprefix("/").partition("/")
        self.asked.append((serial, rest.rpartition("/")[2]))
        self._meter(serial)
        changed = {"path": f"/{rest}", "raw_path": f"/{rest}".encode()}
        if serial in self.stuck and rest.endswith("/port"):
            state = rest.removesuffix("port") + "state"
            changed = {"method": "GET", "path": f"/{state}", "raw_path": f"/{state}".encode()}
        await self._apps[serial]({**scope, **changed}, receive, send)

    def _meter(self, serial: str) -> VirtualMeter:
        if serial not in self._meters:
            setup = MeterSetup(serial, telegrams(PROFILES["kamstrup-omnia"]), is_open=False)
            self._meters[serial] = VirtualMeter(setup, ManualClock(datetime(2026, 11, 25, 8, tzinfo=UTC)))
            self._apps[serial] = application(self._meters[serial])
        return self._meters[serial]

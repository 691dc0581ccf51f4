"""What is written down of a meter model: its plug, its supply, what it sends, how it fails, and how sure that is."""

from dataclasses import dataclass
from enum import StrEnum


class Sure(StrEnum):
    """How well a fact is founded. What is not confirmed is never told to a person as certain."""

    CONFIRMED = "confirmed"  # the maker's paper, or real telegrams
    REPORTED = "reported"  # told by users or network companies
    UNCONFIRMED = "unconfirmed"  # likely by a standard that the meter should follow; no source of its own


class Plug(StrEnum):
    """The socket of the customer port, and what runs over it."""

    RJ12 = "RJ12"  # P1: serial line, open collector
    RJ45_MBUS = "RJ45 M-Bus"


class Module(StrEnum):
    """How the port gets its own supply, as the virtual meter plays it."""

    OMNIPOWER_P1 = "omnipower-p1"  # only the identification comes until the reader feeds 5 V into pin 1
    SELF_POWERED = "self-powered"  # runs on the meter's slot and can feed a reader only weakly
    POWERED = "powered"  # gives a reader what P1 5.0.2 asks: 5 V, 250 mA


class Feed(StrEnum):
    """Which way the supply of the reader goes."""

    GIVES = "gives"  # the port feeds the reader
    NEEDS = "needs"  # the reader must feed the port
    NONE = "none"  # neither; the reader has a supply of its own
    UNKNOWN = "unknown"


class OwnSupply(StrEnum):
    """Whether the reader should have a supply of its own."""

    NEEDED = "needed"  # it feeds the port
    ADVISED = "advised"  # that the port feeds it is not confirmed
    NOT_NEEDED = "not-needed"


class MeterClock(StrEnum):
    """What the meter's clock shows in summer."""

    NORMAL_TIME = "normal-time"  # W (UTC+1) all year, as the Swedish recommendation says
    BY_SETTING = "by-setting"  # the network company chose: W all year, or S (UTC+2) in summer
    NO_FLAG = "no-flag"  # sent without a flag or deviation: cannot be known from the telegram


@dataclass(frozen=True, slots=True)
class Supply:
    """Pin 1 of the plug. `voltage_mv` and `current_ma` are None where nothing was found about them."""

    feed: Feed
    voltage_mv: int | None
    current_ma: int | None
    sure: Sure

    @property
    def own(self) -> OwnSupply:
        """Whether the reader should have a supply of its own. What is not confirmed is not relied on."""
        match self.feed:
            case Feed.GIVES if self.sure is Sure.CONFIRMED:
                return OwnSupply.NOT_NEEDED
            case Feed.NEEDS:
                return OwnSupply.NEEDED
        return OwnSupply.ADVISED


@dataclass(frozen=True, slots=True)
class Sign:
    """One way to recognise a model.

    `identification` is a regular expression over the whole identification, `/` left out; None asks that there is
    none. The codes that were sent must contain all of `has`; with `only_rows` they must also all be rows that the
    model is known to send. An identification is no serial number, and `KFM5KAIFA-METER` is used in several countries:
    that is what the contents are for.
    """

    identification: str | None
    has: frozenset[str] = frozenset()
    only_rows: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """Where a part of the facts comes from."""

    about: str
    origin: str
    sure: Sure


@dataclass(frozen=True, slots=True)
class Model:
    """One meter model with its port. `rows` are OBIS codes `A-B:C.D.E` in the order sent.

    `profile` is the name of the layout in `hanport.port.profiles`. `faults` and `facts` are keys of the doctor's texts
    (`known.<key>`), `restart` is the key of its guide. `alike` names the models that cannot be told from this one by
    what they send.
    """

    name: str
    maker: str
    display: str
    plug: Plug
    supply: Supply
    serial: str
    inverted: bool | None
    interval_s: int
    rows: tuple[str, ...]
    profile: str
    module: Module
    clock: MeterClock
    clock_sure: Sure
    signs: tuple[Sign, ...]
    faults: tuple[str, ...]
    facts: tuple[str, ...]
    restart: str
    sources: tuple[Source, ...]
    alike: tuple[str, ...] = ()

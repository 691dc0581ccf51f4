"""The rows that meters send, by OBIS code, in the order sent."""

_CLOCK = ("0-0:1.0.0",)
_TOTALS = (
    "1-0:1.8.0",  # active energy import, export
    "1-0:2.8.0",
    "1-0:3.8.0",  # reactive energy import, export
    "1-0:4.8.0",
    "1-0:1.7.0",  # active power import, export
    "1-0:2.7.0",
    "1-0:3.7.0",  # reactive power import, export
    "1-0:4.7.0",
)
_VOLTAGES = ("1-0:32.7.0", "1-0:52.7.0", "1-0:72.7.0")
_CURRENTS = ("1-0:31.7.0", "1-0:51.7.0", "1-0:71.7.0")


def _powers(*quantities: int) -> tuple[str, ...]:
    return tuple(f"1-0:{quantity}.7.0" for quantity in quantities)


# Branschrekommendation v2.0, annex 3: 27 rows. The makers differ only in the order of the power of each phase.
SWEDISH_BY_PHASE = (
    *_CLOCK,
    *_TOTALS,
    *_powers(21, 22, 41, 42, 61, 62, 23, 24, 43, 44, 63, 64),
    *_VOLTAGES,
    *_CURRENTS,
)
SWEDISH_BY_QUANTITY = (
    *_CLOCK,
    *_TOTALS,
    *_powers(21, 41, 61, 22, 42, 62, 23, 43, 63, 24, 44, 64),
    *_VOLTAGES,
    *_CURRENTS,
)
SWEDISH = frozenset(SWEDISH_BY_PHASE)

# Aidon's EFS profile: the same 27, powers first.
AIDON_HDLC = (
    *_CLOCK,
    *_powers(1, 2, 3, 4),
    *_CURRENTS,
    *_VOLTAGES,
    *_powers(21, 22, 23, 24, 41, 42, 43, 44, 61, 62, 63, 64),
    "1-0:1.8.0",
    "1-0:2.8.0",
    "1-0:3.8.0",
    "1-0:4.8.0",
)

# Kaifa's list of OBIS/value pairs (Mälarenergi): no power of the single phases.
KAIFA_HDLC = (
    "1-0:0.2.129",  # the list's name
    "0-0:96.1.0",  # meter number
    "0-0:96.1.7",  # meter type
    *_powers(1, 2, 3, 4),
    *_CURRENTS,
    *_VOLTAGES,
    *_CLOCK,
    "1-0:1.8.0",
    "1-0:2.8.0",
    "1-0:3.8.0",
    "1-0:4.8.0",
)

# Kamstrup's list 1, every 10 s. List 2 comes once an hour (xx:00:05) and adds the clock and the energies.
KAMSTRUP_LIST_1 = (
    "1-1:0.0.5",  # GS1 number of the facility
    "1-1:96.1.1",  # meter type
    "1-1:1.7.0",
    "1-1:2.7.0",
    "1-1:3.7.0",
    "1-1:4.7.0",
    "1-1:31.7.0",
    "1-1:51.7.0",
    "1-1:71.7.0",
    "1-1:32.7.0",
    "1-1:52.7.0",
    "1-1:72.7.0",
)

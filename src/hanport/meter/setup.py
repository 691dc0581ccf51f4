"""What kind of house stands behind the meter."""

from dataclasses import dataclass

from hanport.errors import ConfigError

_LARGEST_FUSE_A = 200


@dataclass(frozen=True, slots=True)
class HouseSetup:
    """A villa in the Swedish inland. As it is by default, 18 to 22 MWh a year are bought from the grid.

    In that the car is counted (3.4 MWh), and what the house uses of its own solar power is already taken off (2.5 MWh;
    about as much is sold).

    `phases` is 1 or 3. A house on one phase is a cottage: everything sits on L1, and what would stand on several
    phases is there in a smaller form that draws one phase's share. `main_fuse_a` is per phase (6-200 A): immersion
    heater and car give way before it, the rest of the family does not. `solar_kwp` is the
    panels' peak power, 0 for none. `battery` is a 10 kWh battery that stores the day's surplus for the night.
    Raises `ConfigError` for values outside these.
    """

    seed: int = 1
    phases: int = 3
    main_fuse_a: int = 20
    heat_pump: bool = True
    car: bool = True
    solar_kwp: float = 6.0
    battery: bool = False

    def __post_init__(self) -> None:
        if self.seed < 0:
            raise ConfigError(f"The house's seed is {self.seed}.", "It has to be 0 or more.")
        if self.phases not in (1, 3):
            raise ConfigError(f"A house with {self.phases} phases is not built.", "Give 1 or 3.")
        if not 6 <= self.main_fuse_a <= _LARGEST_FUSE_A:
            raise ConfigError(f"A main fuse of {self.main_fuse_a} A is not known.", "Give 6 to 200.")
        if not 0 <= self.solar_kwp <= 100:
            raise ConfigError(f"{self.solar_kwp} kWp of solar panels do not fit.", "Give 0 to 100.")

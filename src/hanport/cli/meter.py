"""`hanport meter`: a virtual smart meter with a house behind it, and the head-end of such meters."""

import asyncio
import signal
import socket
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial
from typing import Any

import click
from click.core import ParameterSource

from hanport.cli.lazy import LazyGroup
from hanport.clock import Clock, SystemClock
from hanport.errors import ConfigError
from hanport.meter.device import MeterSetup, VirtualMeter, telegrams
from hanport.meter.faults import FAULTS
from hanport.meter.house import HouseSetup
from hanport.meter.line import Line
from hanport.meter.module import ModuleSetup
from hanport.meter.outputs.mqtt import MqttOutput, MqttTarget
from hanport.meter.outputs.tcp import TcpOutput, listen
from hanport.meter.register import Energies
from hanport.meter.schedule import Plan
from hanport.models import MODELS, Model
from hanport.models.model import Module
from hanport.port.profiles import PROFILES
from hanport.port.uart import Setting
from hanport.port.values import Protocol
from hanport.sources.address import MqttAddress, TcpAddress, parse_address, parse_listen

_DEFAULT_MODEL = "kamstrup-omnipower-p1"
_ANYWHERE = TcpAddress("127.0.0.1", 0)

_Work = Callable[[], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True)
class Options:
    """What the user asked for, one field an option."""

    model: str
    module: str | None
    listen: tuple[str, ...]
    pty: bool
    mqtt: str | None
    control: str | None
    interval: int | None
    speed: float
    seed: int
    phases: str
    registers: str | None
    fault: tuple[str, ...]
    closed: bool
    no_supply: bool


COMMANDS = {"head-end": ("meter_head_end", "Run a stand-in for a network company's head-end.")}


@click.group(
    cls=LazyGroup,
    table=COMMANDS,
    invoke_without_command=True,
    epilog=f"Faults: {', '.join(FAULTS)}. Times are simulated seconds after the start.",
)
@click.option("--model", default=_DEFAULT_MODEL, show_default=True, metavar="NAME", help="The meter to be.")
@click.option(
    "--module", type=click.Choice([kind.value for kind in Module]), help="Another HAN module than the model's."
)
@click.option("--listen", multiple=True, metavar="tcp://HOST:PORT", help="Serve over TCP; port 0 is any free one.")
@click.option("--pty", is_flag=True, help="Serve on a pseudo terminal, and print the device to open.")
@click.option("--mqtt", metavar="mqtt://HOST:PORT/TOPIC", help="Publish each telegram.")
@click.option("--control", metavar="HOST:PORT", help="Offer the control interface (HTTP).")
@click.option("--interval", type=int, metavar="SECONDS", help="Time between telegrams.  [default: the model's]")
@click.option("--speed", type=float, default=1.0, show_default=True, help="Simulated seconds in a second.")
@click.option("--seed", type=int, default=1, show_default=True, help="Same seed, same house.")
@click.option("--phases", type=click.Choice(["1", "3"]), default="3", show_default=True, help="Phases of the house.")
@click.option("--registers", metavar="WH,WH,VARH,VARH", help="What the registers show first: import, export, reactive.")
@click.option("--fault", multiple=True, metavar="NAME@SECONDS[+DURATION]", help="Plan a fault (see below).")
@click.option("--closed", is_flag=True, help="Start with the port closed.")
@click.option("--no-supply", is_flag=True, help="Start with a reader that has no supply of its own.")
@click.pass_context
def command(context: click.Context, /, **given: Any) -> int:
    """Run a virtual meter with a house behind it. Without an output it serves TCP on a free port of 127.0.0.1."""
    if context.invoked_subcommand is not None:
        return _leave_to(context, context.invoked_subcommand)
    options = Options(**given)
    clock = SystemClock()
    meter = VirtualMeter(_setup(options), clock, speed=options.speed)
    if options.no_supply:
        meter.set_reader_supply(False)
    meter.add_faults([Plan.parse(text) for text in options.fault])
    asyncio.run(_run(meter, options, clock))
    return 0


def _leave_to(context: click.Context, name: str) -> int:
    """Let another command have the word. Raises UsageError for options of the meter before its name."""
    for option in context.params:
        if context.get_parameter_source(option) is ParameterSource.COMMANDLINE:
            raise click.UsageError(f"Options of the meter do not go with {name}: write its options after its name.")
    return 0


def _setup(options: Options) -> MeterSetup:
    model = _model(options.model)
    profile = PROFILES[model.profile]
    kind = Module(options.module) if options.module else model.module
    line = Line(Setting.parse(model.serial))
    interval_s = model.interval_s if options.interval is None else options.interval
    return MeterSetup(
        name=model.name,
        write=telegrams(profile),
        p1=profile.protocol is Protocol.P1,
        house=HouseSetup(seed=options.seed, phases=int(options.phases)),
        module=ModuleSetup(kind, interval_s, line, seed=options.seed),
        energies=_energies(options.registers) if options.registers else None,
        is_open=not options.closed,
        seed=options.seed,
    )


def _energies(text: str) -> Energies:
    states = text.split(",")
    if len(states) != 4 or not all(state.isascii() and state.isdigit() and len(state) < 13 for state in states):
        raise ConfigError(f"--registers {text!r} are not four whole numbers.", "Write them as 60995424,0,1200,43000.")
    return Energies(*map(int, states))


def _model(name: str) -> Model:
    if name not in MODELS:
        near = get_close_matches(name, MODELS, n=3, cutoff=0.4) or list(MODELS)
        raise ConfigError(f"There is no meter model {name!r}.", f"The nearest known: {', '.join(near)}.")
    return MODELS[name]


async def _run(meter: VirtualMeter, options: Options, clock: Clock) -> None:
    """Open all outputs, say where they are, and run until Ctrl-C or SIGTERM."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    work: list[_Work] = [meter.run]
    async with AsyncExitStack() as stack:
        await _open_outputs(meter, options, stack)
        if options.mqtt:
            work.append(_publish(meter, options.mqtt, clock))
        if options.control:
            work.append(_control(meter, options.control))
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(each()) for each in work]
            await stop.wait()
            for task in tasks:
                task.cancel()


async def _open_outputs(meter: VirtualMeter, options: Options, stack: AsyncExitStack) -> None:
    setting = meter.setup.module.line.setting
    addresses = [parse_listen(text) for text in options.listen]
    if not addresses and not options.pty and not options.mqtt:
        addresses = [_ANYWHERE]
    for wanted in addresses:
        tcp = TcpOutput(setting)
        bound = TcpAddress(*await tcp.open(wanted.host, wanted.port))
        stack.push_async_callback(tcp.close)
        meter.outputs.append(tcp)
        _say_where(wanted, bound)
        _say(f"telegrams on {bound}")
    if options.pty:
        from hanport.meter.outputs.pty import PtyOutput  # only where there are pseudo terminals

        pty = PtyOutput()
        stack.callback(pty.close)
        meter.outputs.append(pty)
        _say(f"telegrams on serial:{pty.path}")


def _publish(meter: VirtualMeter, text: str, clock: Clock) -> _Work:
    address = parse_address(text)
    if not isinstance(address, MqttAddress):
        raise ConfigError(f"{address} is no MQTT broker.", "Write mqtt://HOST:PORT/TOPIC.")
    target = MqttTarget(address.host, address.port, address.topic, address.user, address.password)
    output = MqttOutput(target, clock=clock, say=_warn, adapter=meter.setup.module.line.setting)
    meter.outputs.append(output)
    _say(f"telegrams to {target}")
    return output.run


def _control(meter: VirtualMeter, text: str) -> _Work:
    try:
        from hanport.meter.control import application
        from hanport.serving import serve
    except ImportError as missing:
        raise ConfigError(f"The control interface needs {missing.name}.", "pip install 'hanport[meter]'") from missing
    wanted = parse_listen(f"tcp://{text}")
    listener = listen(wanted.host, wanted.port)
    bound = _bound(listener)
    _say_where(wanted, bound)
    _say(f"control on {str(bound).replace('tcp:', 'http:')}/api/v1/state")
    return partial(serve, application(meter), listener)


def _bound(listener: socket.socket) -> TcpAddress:
    host, port = listener.getsockname()[:2]
    return TcpAddress(str(host), int(port))


def _say_where(wanted: TcpAddress, bound: TcpAddress) -> None:
    if wanted.port not in (0, bound.port):
        _warn(f"Port {wanted.port} is taken; {bound.port} is used instead.")


def _say(line: str) -> None:
    click.echo(line)  # flushes


def _warn(line: str) -> None:
    click.echo(f"hanport meter: {line}", err=True)

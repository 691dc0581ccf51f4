"""What can go wrong between a head-end and those who command it, planned by name."""

from enum import StrEnum

from hanport.planned_faults import PlannedFault, PlannedFaults


class Fault(StrEnum):
    """What goes wrong."""

    LOSE_REQUEST = "lose-request"
    ERROR = "error"
    GARBAGE_REPLY = "garbage-reply"
    LOSE_REPLY = "lose-reply"
    REFUSE = "refuse"
    FORGET = "forget"
    UNREACHABLE = "unreachable"
    FAIL = "fail"
    DO_NOTHING = "do-nothing"
    OPPOSITE = "opposite"
    LATE = "late"
    LOSE_ANSWER = "lose-answer"
    DOUBLE_ANSWER = "double-answer"
    GARBAGE_ANSWER = "garbage-answer"
    STRAY_ANSWER = "stray-answer"
    WRONG_METER = "wrong-meter"
    CONTRADICT = "contradict"


# fmt: off
SUMMARIES: dict[Fault, str] = {
    Fault.LOSE_REQUEST: "a request is lost: nothing is taken, no reply comes",
    Fault.ERROR: "the reply is HTTP status 500, and nothing is taken",
    Fault.GARBAGE_REPLY: "the command is taken, and the reply is garbage",
    Fault.LOSE_REPLY: "the command is taken, and the connection breaks in the middle of the reply",
    Fault.REFUSE: "the command is refused for good",
    Fault.FORGET: "the command is taken and forgotten: no answer, and its id is unknown",
    Fault.UNREACHABLE: "the meter is not reached, the command fails",
    Fault.FAIL: "the meter does as it was told, and the command is said to have failed",
    Fault.DO_NOTHING: "the command is said to be done, and the meter was told nothing",
    Fault.OPPOSITE: "the answer says the opposite of the port's state",
    Fault.LATE: "it is done at once, and known SECONDS later (30 where nothing is said)",
    Fault.LOSE_ANSWER: "the answer is lost on its way; whoever asks is told",
    Fault.DOUBLE_ANSWER: "the answer comes twice",
    Fault.GARBAGE_ANSWER: "garbage is posted in place of the answer; whoever asks is told",
    Fault.STRAY_ANSWER: "an answer to a command that nobody sent comes before the right one",
    Fault.WRONG_METER: "the answer names another meter",
    Fault.CONTRADICT: "the answer is followed by one that says the contrary",
}
# fmt: on


class Plan(PlannedFault[Fault]):
    """A fault on one meter, by its serial number, or on all."""

    kinds = Fault
    example = "NAME@SERIAL*3"
    most_s = 86_400.0


Faults = PlannedFaults[Fault]

"""The five steps: ticked by what is told, in their order, and never unticked."""

from datetime import timedelta
from typing import Any

import pytest

from demo.staged import START, facility, heard, meter, order, phone
from hanport.demo.register import HOUSE_METERS
from hanport.demo.story import Seen, Step, Story
from hanport.demo.told import HubStatus

SERIAL = HOUSE_METERS[0]
HUB = HubStatus("silent")
THERE: dict[str, Any] = {"meter": meter(open=False), "hub": HUB}


@pytest.mark.parametrize(
    ("seen", "done"),
    [
        (Seen(), 0),
        (Seen(meter=meter(), hub=HUB), 0),  # the company has not told anything
        (Seen(**THERE, facility=facility()), 1),
        (Seen(**THERE, facility=facility(), phone=phone("started", "")), 2),
        (Seen(**THERE, facility=facility(order(state="draft"))), 2),
        (Seen(**THERE, facility=facility(order(state="cancelled"))), 2),
        (Seen(**THERE, facility=facility(order(state="right_checked"))), 3),
        (Seen(**THERE, facility=facility(order(state="acknowledged"), reported="closed", has_right=True)), 3),
        (Seen(**THERE, facility=facility(order(), reported="open", has_right=True)), 4),
        (Seen(**THERE, facility=facility(reported="open")), 1),  # open without a right is no story of ours
    ],
)
def test_steps_follow_from_what_is_told(seen: Seen, done: int) -> None:
    story = Story(START)
    story.look(seen, SERIAL)
    assert story.done == tuple(Step)[:done]
    assert story.next is tuple(Step)[done]


def test_the_last_step_is_a_telegram_of_this_story() -> None:
    story = Story(START)
    opened: dict[str, Any] = {**THERE, "facility": facility(order(), reported="open", has_right=True)}
    before = heard(at=START - timedelta(seconds=1))
    for _ in range(2):
        story.look(Seen(**opened, reading=before), SERIAL)
        assert story.next is Step.HEARD
    story.look(Seen(**opened, reading=heard()), SERIAL)
    assert story.next is None


def test_nothing_is_unticked() -> None:
    story = Story(START)
    story.look(Seen(**THERE, facility=facility(order(), reported="open", has_right=True)), SERIAL)
    story.look(Seen(), SERIAL)
    assert Step.OPENED in story.done


def test_what_is_left_out_does_not_count() -> None:
    story = Story(START)
    story.leave_out(phone())
    story.look(Seen(**THERE, facility=facility(), phone=phone()), SERIAL)
    assert story.next is Step.ASKED

"""What asyncio leaves to its users."""

import asyncio


def end_if_cancelled() -> None:
    """Raise CancelledError in a task that was asked to end.

    `asyncio.wait_for` of Python 3.11, which aiomqtt uses, loses a cancellation that comes together with its result:
    a loop around it asks here after each turn.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError

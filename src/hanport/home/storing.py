"""The part that stores: one sample after the other; one that cannot be stored now stays in the queue."""

from hanport.home.intake import Intake
from hanport.home.store.thread import StoreThread


async def store_all(intake: Intake, store: StoreThread) -> None:
    """Store what comes, until cancelled. Raises StoreError: the sample in hand is the next one's first."""
    while True:
        sample = await intake.oldest()
        await store.append(sample)
        intake.done(sample)

"""The work list as a head-end: people do the work, and their answers come by file (work_list_in.py)."""

from hanport.grid.headend.contract import Answer, Command


class WorkList:
    """A command is on the list from the moment it is sent."""

    def __init__(self, name: str) -> None:
        self.name = name

    async def send(self, command: Command) -> Answer | None:
        """It is on the list: the answer comes when somebody has done it."""
        return None

    async def ask(self, command: Command) -> Answer | None:
        """Nobody can be asked; the answer is taken in from the file."""
        return None

    async def close(self) -> None:
        """There is nothing to let go of."""

"""The look at all parties: who does not answer is not there."""

from pathlib import Path

from demo.staged import Staged
from hanport.demo.story import Seen


async def test_nobody_answers_and_whoever_listens_is_woken(tmp_path: Path) -> None:
    staged = Staged(tmp_path).ready()
    with staged.news.listen() as event:
        assert await staged.watch.look() == Seen()
        assert event.is_set()
    staged.news.tell()
    assert staged.stage.story.done == ()

"""Pages as a logged-in browser gets them, without scripts."""

from starlette.applications import Starlette

from home.web.scene import Scene, browser, log_in


async def seen(
    home: Scene, path: str = "/", language: str = "sv", *, app: Starlette | None = None, status: int = 200
) -> str:
    """A page's HTML, with usual spaces."""
    async with browser(app or home.app()) as c:
        await log_in(c)
        answer = await c.get(path, headers={"accept-language": language})
        assert answer.status_code == status
        return answer.text.replace("\u00a0", " ")

"""The page of one's own account: password, language, and where one is logged in. Every user has it."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from hanport.home.accounts import AccountError
from hanport.home.passwords import SHORTEST_PASSWORD
from hanport.home.web.access import address_of
from hanport.home.web.parts import WebParts, user_of
from hanport.web.shell import Shell


def routes(parts: WebParts, shell: Shell) -> list[BaseRoute]:
    """/account."""

    async def page(request: Request, wrong: dict[str, str], status: int = 200) -> Response:
        count = await parts.accounts.session_count(user_of(request))
        done = request.query_params.get("done", "")
        done = done if done in ("password", "others") else ""
        return shell.page(
            request, "account.html", status=status, sessions=count, wrong=wrong, done=done, shortest=SHORTEST_PASSWORD
        )

    async def show(request: Request) -> Response:
        return await page(request, {})

    async def change_password(request: Request) -> Response:
        async with request.form(max_files=0, max_fields=8) as form:
            current, new = str(form.get("current", "")), str(form.get("new", ""))
        user, words = user_of(request), shell.words(request)
        refused = await parts.accounts.confirm(user, current, address_of(request))
        if refused is not None:
            key = "login.wait" if refused.wait_s else "account.current-wrong"
            numbers = {"wait_s": int(refused.wait_s) + 1} if refused.wait_s else {}
            return await page(request, {"current": words.t(key, **numbers)}, 429 if refused.wait_s else 403)
        try:
            await parts.accounts.set_password(user, new, request.scope["session_token"])
        except AccountError as error:
            return await page(request, {"new": words.t(f"account.{error.why}", shortest=SHORTEST_PASSWORD)}, 422)
        return RedirectResponse("/account?done=password", 303)

    async def logout_others(request: Request) -> Response:
        await parts.accounts.logout_others(user_of(request), request.scope["session_token"])
        return RedirectResponse("/account?done=others", 303)

    return [
        Route("/account", show, methods=["GET"]),
        Route("/account/password", change_password, methods=["POST"]),
        Route("/account/logout-others", logout_others, methods=["POST"]),
    ]

"""Orders: the list with its filters, one order with its whole life, and what can be done about it."""

from collections.abc import Callable, Mapping, Sequence
from urllib.parse import urlencode

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from hanport.errors import HanportError
from hanport.grid.database.work import Work
from hanport.grid.free_text import tidy
from hanport.grid.ordering import taking, visits
from hanport.grid.ordering.status import OrderStatus, status
from hanport.grid.ordering.wish import OrderError
from hanport.grid.orders import Event, Kind, State, can
from hanport.grid.staff import acts
from hanport.grid.staff.order_life import Life, life_of
from hanport.grid.staff.order_list import View, Wanted, orders
from hanport.grid.staff.roles import Permission
from hanport.grid.web.parts import WebParts
from hanport.grid.web.staff_access import acting, needs, staff_may
from hanport.grid.web.staff_errors import said
from hanport.grid.web.staff_forms import form_of, go_once, shown_again
from hanport.grid.web.staff_saying import show
from hanport.web.shell import Shell

_ONE = "/staff/orders/{order_id}"


def routes(parts: WebParts, shell: Shell) -> Sequence[BaseRoute]:
    """/staff/orders."""
    pages = OrderPages(parts, shell)
    acts_ = {"cancel": pages.cancel, "retry": pages.retry, "visit": pages.visit, "visit-failed": pages.visit_failed}
    return [
        Route("/staff/orders", needs(Permission.LOOK, pages.list), methods=["GET"]),
        Route(_ONE, needs(Permission.LOOK, pages.show), methods=["GET"]),
        *(Route(f"{_ONE}/{name}", needs(Permission.ORDER, act), methods=["POST"]) for name, act in acts_.items()),
    ]


class OrderPages:
    """The pages."""

    def __init__(self, parts: WebParts, shell: Shell) -> None:
        self._parts = parts
        self._shell = shell

    async def list(self, request: Request) -> Response:
        """A page of orders."""
        asked, at = request.query_params, self._parts.clock.now()
        view = View(asked["view"]) if asked.get("view") in set(View) else View.WAITING
        kind = Kind(asked["kind"]) if asked.get("kind") in set(Kind) else None
        wanted = Wanted(view, kind, asked.get("after", "")[:60])
        page = await self._parts.read(lambda connection: orders(connection, wanted, at))
        chosen = {"view": view.value} | ({"kind": kind.value} if kind else {})
        following = f"/staff/orders?{urlencode(chosen | {'after': page.after})}" if page.after else ""
        context = {"page": page, "wanted": wanted, "views": list(View), "kinds": list(Kind), "following": following}
        return show(self._shell, self._parts, request, "orders", status=200, **context)

    async def show(self, request: Request) -> Response:
        """One order."""
        return await self._page(request)

    async def cancel(self, request: Request) -> Response:
        """Take it back; an opening is withdrawn, and its port closed again if need be."""
        order_id, config = self._id(request), self._parts.config

        def cancel(work: Work, form: Mapping[str, str]) -> None:
            if not form.get("reason"):
                raise OrderError("A reason is needed.", "Say why.")
            taking.cancel(work, config, order_id, reason=tidy(f"{acting(request).name}: {form['reason']}"))

        return await self._do(request, cancel, "cancelled")

    async def retry(self, request: Request) -> Response:
        """Try again at once."""
        order_id, config = self._id(request), self._parts.config

        def retry(work: Work, form: Mapping[str, str]) -> None:
            acts.retry_now(work, config, order_id, reason=form.get("reason", ""))

        return await self._do(request, retry, "retried")

    async def visit(self, request: Request) -> Response:
        """Somebody was there, and did it."""
        order_id, config, member = self._id(request), self._parts.config, acting(request)

        def visit(work: Work, form: Mapping[str, str]) -> None:
            who = form.get("who") or member.name
            visits.visit_done(work, config, order_id, staff=who, new_serial=form.get("new_serial", ""))

        return await self._do(request, visit, "visited")

    async def visit_failed(self, request: Request) -> Response:
        """Somebody was there for nothing."""
        order_id = self._id(request)

        def failed(work: Work, form: Mapping[str, str]) -> None:
            acts.visit_failed(work, order_id, reason=form.get("reason", ""))

        return await self._do(request, failed, "visit_failed")

    def _id(self, request: Request) -> str:
        order_id: str = request.path_params["order_id"]
        return order_id

    async def _do(self, request: Request, change: Callable[[Work, Mapping[str, str]], None], done: str) -> Response:
        form, order_id = await form_of(request), self._id(request)

        def write(work: Work) -> str:
            change(work, form)
            return f"/staff/orders/{order_id}?done={done}"

        try:
            return await go_once(request, self._parts, form, write)
        except HanportError as error:
            return await self._page(request, error, form, status=422)

    async def _page(
        self,
        request: Request,
        error: HanportError | None = None,
        form: Mapping[str, str] | None = None,
        *,
        status: int = 200,
    ) -> Response:
        order_id = self._id(request)
        found = await self._parts.read(lambda connection: _found(connection, order_id))
        if found is None:
            raise HTTPException(404)
        order, life = found
        context = {
            "order": order,
            "life": life,
            "acts": _acts(order) if staff_may(request, Permission.ORDER) else (),
            "problem": said(self._shell.words(request), error) if error else None,
            "form": shown_again(form),
        }
        return show(self._shell, self._parts, request, "order", status=status, **context)


def _found(connection: Connection, order_id: str) -> tuple[OrderStatus, Life] | None:
    try:
        found = status(connection, order_id)
    except OrderError:
        return None
    return found, life_of(connection, order_id)


def _acts(order: OrderStatus) -> tuple[str, ...]:
    """What can be done about an order as it stands."""
    able = []
    if acts.can_retry(order.kind, order.state):
        able.append("retry")
    if order.state is State.NEEDS_VISIT:
        able += ["visit", "visit_failed"]
    is_signed_closing = order.kind is Kind.CLOSE and order.signed_at is not None
    if can(order.state, Event.CANCEL) and not is_signed_closing:
        able.append("cancel")
    return tuple(able)

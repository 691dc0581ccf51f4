"""A facility: who has the contract, its meters and ports, its orders; and ordering for somebody who was checked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy import Connection, select
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from hanport.errors import HanportError
from hanport.grid import people
from hanport.grid.database.tables import facility
from hanport.grid.database.work import Work
from hanport.grid.free_text import tidy
from hanport.grid.identifiers import Number, NumberKind, parse_number
from hanport.grid.keys import Keyring
from hanport.grid.ordering import taking
from hanport.grid.ordering.identity import CheckedIdentity, IdentityError
from hanport.grid.ordering.wish import NotEligible, OrderError, PriceNotAccepted, Wish
from hanport.grid.orders import Kind
from hanport.grid.register.eligibility import Obstacle, eligibility
from hanport.grid.register.reading import FacilityView, facility_view
from hanport.grid.right import IdentityCheck
from hanport.grid.staff.holders import ContractView, contracts_at
from hanport.grid.staff.order_list import OrderRow, orders_at
from hanport.grid.staff.roles import Permission
from hanport.grid.web.parts import WebParts
from hanport.grid.web.staff_access import acting, needs
from hanport.grid.web.staff_errors import said
from hanport.grid.web.staff_forms import form_of, go_once, shown_again
from hanport.grid.web.staff_lately import Looks
from hanport.grid.web.staff_phone import phone_place
from hanport.grid.web.staff_saying import show
from hanport.grid.workdays import STOCKHOLM
from hanport.web.shell import Shell

_ONE = "/staff/facilities/{gsrn}"
DOCUMENTS = ("licence", "id_card", "passport", "other")
_HOW = {"desk": IdentityCheck.DESK, "phone": IdentityCheck.PHONE}
_BY_BANKID = "bankid_phone"  # checked by the customer's signature, which is still to come


@dataclass(frozen=True, slots=True)
class Sheet:
    """All that the page shows."""

    view: FacilityView
    contracts: Sequence[ContractView]
    orders: Sequence[OrderRow]
    obstacles: tuple[Obstacle, ...]


def routes(parts: WebParts, shell: Shell) -> Sequence[BaseRoute]:
    """/staff/facilities."""
    pages = FacilityPages(parts, shell)
    return [
        Route(_ONE, needs(Permission.LOOK, pages.show), methods=["GET"]),
        Route(f"{_ONE}/order", needs(Permission.ORDER, pages.order), methods=["POST"]),
        Route(f"{_ONE}/close", needs(Permission.CLOSE, pages.close), methods=["POST"]),
    ]


class FacilityPages:
    """The pages."""

    def __init__(self, parts: WebParts, shell: Shell) -> None:
        self._parts = parts
        self._shell = shell
        self._looks = Looks(parts)

    async def show(self, request: Request) -> Response:
        """The facility."""
        return await self._page(request)

    async def order(self, request: Request) -> Response:
        """Order for a person whose identity the member has checked."""
        form, config, member = await form_of(request), self._parts.config, acting(request)
        gsrn = request.path_params["gsrn"]

        def take(work: Work) -> str:
            wish, number = _wish(form, gsrn), _number(form, work, gsrn)
            if form.get("how") == _BY_BANKID and self._parts.flow is not None:
                return phone_place(taking.draft(work, config, wish), _known(work, number))
            taken = taking.take(work, config, wish, _identity(form, work, number, member.name))
            return f"/staff/orders/{taken.order_id}?done={'repeat' if taken.is_repeat else 'taken'}"

        try:
            return await go_once(request, self._parts, form, take)
        except HanportError as error:
            return await self._page(request, error, form, status=422)

    async def close(self, request: Request) -> Response:
        """Close a port of the company's own accord."""
        form, config, member = await form_of(request), self._parts.config, acting(request)
        gsrn = request.path_params["gsrn"]

        def close(work: Work) -> str:
            closed = taking.close_by_staff(work, config, gsrn, staff=member.name, reason=form.get("reason", ""))
            return f"/staff/orders/{closed.order_id}?done=closed"

        try:
            return await go_once(request, self._parts, form, close)
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
        gsrn, at, keyring = request.path_params["gsrn"], self._parts.clock.now(), self._parts.grid.database.keyring
        sheet = await self._parts.read(lambda connection: _sheet(connection, keyring, gsrn, at))
        if sheet is None:
            raise HTTPException(404)
        await self._looks.note(acting(request), _holders(sheet), "facility")
        words, by_bankid = self._shell.words(request), (_BY_BANKID,) if self._parts.flow is not None else ()
        context = {
            "sheet": sheet,
            "kinds": list(Kind),
            "documents": DOCUMENTS,
            "ways": [(way, words.t(f"staff.identity.{way}"), "") for way in (*_HOW, *by_bankid)],
            "has_bankid": bool(by_bankid),
            "form": shown_again(form),
            "failed": request.url.path.rpartition("/")[2] if error else "",
            "price_ore": error.price_ore if isinstance(error, PriceNotAccepted) else 0,
            "problem": said(words, error) if error else None,
            "not_eligible": isinstance(error, NotEligible),
        }
        return show(self._shell, self._parts, request, "facility", status=status, **context)


def _sheet(connection: Connection, keyring: Keyring, gsrn: str, at: datetime) -> Sheet | None:
    view = facility_view(connection, gsrn, at)
    if view is None:
        return None
    facility_id: int = connection.execute(select(facility.c.id).where(facility.c.gsrn == gsrn)).scalar_one()
    return Sheet(
        view,
        contracts_at(connection, keyring, facility_id, at),
        orders_at(connection, facility_id),
        eligibility(connection, facility_id, at).obstacles,
    )


def _wish(form: Mapping[str, str], gsrn: str) -> Wish:
    if form.get("kind") not in set(Kind):
        raise OrderError("It is not said what is ordered.", "Choose one.")
    if not form.get("reason"):
        raise OrderError("A reason is needed.", "Say why.")
    return Wish(
        kind=Kind(form["kind"]),
        gsrn=gsrn,
        on_behalf_of=form.get("on_behalf_of", ""),
        reason=form["reason"],
        meter_serial=form.get("meter_serial", ""),
        accept_price=bool(form.get("accept_price")),
    )


def _number(form: Mapping[str, str], work: Work, gsrn: str) -> Number:
    """Who orders: one of those who have the contract now, as chosen; else by the number that was typed."""
    chosen = form.get("person", "")
    if not chosen:
        return parse_number(form.get("number", ""), work.at.astimezone(STOCKHOLM).date())
    sheet = _sheet(work.connection, work.keyring, gsrn, work.at)
    holders = {str(person_id): person_id for person_id in _holders(sheet)} if sheet is not None else {}
    number = people.number_of(work.connection, work.keyring, holders[chosen]) if chosen in holders else None
    if number is None:
        raise OrderError("There is no such person.", "Choose who orders again.")
    return number


def _holders(sheet: Sheet) -> set[int]:
    """Those who have a contract that runs."""
    return {each.person_id for contract in sheet.contracts if contract.holds for each in contract.holders}


def _known(work: Work, number: Number) -> int:
    """Who is asked to sign: a person that the register has, for nobody else has a right to anything."""
    if number.kind is NumberKind.ORGANISATION:
        raise IdentityError("An organisation cannot sign.", "Check the person who acts for it under a power.")
    person_id = people.find(work.connection, work.keyring, number)
    if person_id is None:
        raise OrderError("There is no such person.", "Bring the contract or the power in first.")
    return person_id


def _identity(form: Mapping[str, str], work: Work, number: Number, staff: str) -> CheckedIdentity:
    """The check, as the member recorded it: which document was shown, or what was asked on the phone."""
    how = _HOW.get(form.get("how", ""))
    if how is None:
        raise OrderError("It is not said how the identity was checked.", "Choose one.")
    document = form.get("document", "") if how is IdentityCheck.DESK else ""
    note = tidy(form.get("check", ""))
    if how is IdentityCheck.DESK and document not in DOCUMENTS:
        document = ""
    if not document and not note:
        raise OrderError("Nothing proves the check of the identity.", "Say which document was shown.")
    evidence = msgspec.json.encode({"how": how.value, "document": document, "note": note, "staff": staff})
    return CheckedIdentity(number=number, how=how, checked_at=work.at, evidence=evidence, staff=staff)

"""What a notice says, in one language: as e-mail, as SMS, and the parts of which a letter is made.

It names no person, and holds no number of one. The address of a facility with a protected identity is not in it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from hanport.grid.config import GridConfig
from hanport.grid.notices.happenings import Happening
from hanport.grid.notices.occasion import Occasion
from hanport.grid.ordering.because import Because
from hanport.grid.right import Why
from hanport.grid.workdays import STOCKHOLM
from hanport.locale import has_text, text

CATALOG = "grid_notices"
NOT_ME_PATH = "/not-me"
# Stands in the place of the secret, where the text is kept.
SECRET = "…"
_TAIL = 5


@dataclass(frozen=True, slots=True)
class Voice:
    """Who speaks, and in which language. `own`: the company's own words under its e-mails, "" for none."""

    config: GridConfig
    language: str
    own: str = ""

    def say(self, key: str, **places: object) -> str:
        """A text of the catalog."""
        return text(CATALOG, key, self.language, **places)

    @property
    def company(self) -> str:
        """The company's name."""
        return self.config.company.name

    @property
    def contact(self) -> str:
        """How the company is reached; "" where it does not say."""
        company = self.config.company
        ways = [each for each in (company.phone, company.email, company.website) if each]
        return self.say("contact", ways=", ".join(ways)) if ways else ""

    def page(self, path: str) -> str:
        """The address of a page; "" where there are none."""
        return f"{self.config.web.public_url}{path}" if self.config.web.public_url else ""


def voice_for(config: GridConfig, language: str | None) -> Voice:
    """In the language of a customer, or else in the company's."""
    return Voice(config, language or config.company.language)


def subject(voice: Voice, about: Happening) -> str:
    """In one line."""
    return voice.say(f"{_key(about)}.subject")


def paragraphs(voice: Voice, about: Happening) -> Iterator[str]:
    """What has happened."""
    yield voice.say(f"{_key(about)}.text", **_places(voice, about))
    if about.announced is not None:
        says = about.announced.says
        yield says.get(voice.language) or next(iter(says.values()))


def particulars(voice: Voice, about: Happening) -> Iterator[tuple[str, str]]:
    """Labels, and what stands beside them."""
    yield voice.say("label.facility"), about.gsrn
    if about.address:
        yield voice.say("label.address"), about.address
    if about.meter_serial:
        yield voice.say("label.meter"), about.meter_serial
    if about.occasion is not Occasion.ANNOUNCED:
        yield voice.say("label.at"), local(about.happened_at)
    if about.order_id and about.occasion not in (Occasion.ENDED, Occasion.EXCHANGED):
        yield voice.say("label.order"), about.order_id
    if about.identity:
        yield voice.say("label.identity"), voice.say(f"identity.{about.identity}")
    if about.by_agent:
        yield voice.say("label.by"), voice.say("by.agent")
    if about.occasion is Occasion.OPEN_ORDERED and about.deadline_at is not None:
        yield voice.say("label.deadline"), local(about.deadline_at)


def mail_text(voice: Voice, about: Happening, *, has_link: bool) -> str:
    """The body of an e-mail. The secret of its link is not in it yet."""
    facts = "\n".join(f"{label}: {value}" for label, value in particulars(voice, about))
    parts = [*paragraphs(voice, about), facts]
    if has_link:
        parts.append(voice.say("not-me.link", link=_link(voice)))
    elif about.has_link:
        parts.append(voice.say("not-me.call"))
    if _sign_page(voice, about):
        parts.append(voice.say("asked.link", link=_sign_page(voice, about)))
    if voice.own:
        parts.append(voice.own)
    parts.append(voice.say("signature", company=voice.company, contact=voice.contact).strip())
    return "\n\n".join(parts) + "\n"


def sms_text(voice: Voice, about: Happening, *, has_link: bool) -> str:
    """An SMS. The secret of its link is not in it yet."""
    said = voice.say(f"{_key(about)}.sms", **_places(voice, about))
    said = " ".join(filter(None, (said, _sign_page(voice, about))))
    return f"{said} {voice.say('not-me.sms', link=_link(voice))}" if has_link else said


def with_secret(said: str, secret: str) -> str:
    """The text, with the secret of its link."""
    return said.replace(f"{NOT_ME_PATH}/{SECRET}", f"{NOT_ME_PATH}/{secret}")


def local(at: datetime) -> str:
    """A time as people in Sweden read it."""
    return f"{at.astimezone(STOCKHOLM):%Y-%m-%d %H:%M}"


def _link(voice: Voice) -> str:
    return voice.page(f"{NOT_ME_PATH}/{SECRET}")


def _sign_page(voice: Voice, about: Happening) -> str:
    """Where the customer signs what somebody else asks for; "" where there is nothing to sign."""
    return voice.page(f"/sign/{about.order_id}") if about.occasion is Occasion.ASKED else ""


def _key(about: Happening) -> str:
    if about.occasion is Occasion.CLOSED and about.why == Because.RIGHT_OF_ANOTHER:
        return "closed-other"
    if about.occasion is Occasion.CLOSED and about.why == Why.NOT_INSTALLED:
        return "closed-nothing"
    return about.occasion.value


def _places(voice: Voice, about: Happening) -> dict[str, object]:
    """What may stand in a text."""
    why = f"why.{about.why}"
    announced = about.announced
    planned_at = announced.planned_at if announced is not None else None
    return {
        "company": voice.company,
        "who": about.asked_by,
        "tail": f"...{about.gsrn[-_TAIL:]}",
        "at": local(about.happened_at),
        "what": voice.say(f"kind.{about.kind.value}") if about.kind is not None else "",
        "why": voice.say(why if has_text(CATALOG, why) else "why.other"),
        "price": _price(voice, about.price_ore),
        "model": f"{announced.maker} {announced.model}".strip() if announced is not None else "",
        "planned": voice.say("planned.at", at=local(planned_at)) if planned_at else voice.say("planned.soon"),
    }


def _price(voice: Voice, price_ore: int) -> str:
    return voice.say("price.paid", kronor=f"{price_ore / 100:.0f}") if price_ore else voice.say("price.free")

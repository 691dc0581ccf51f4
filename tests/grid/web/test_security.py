"""What holds for every page and everybody who comes: headers, cookies, caches, and no foreign word in a page."""

from collections.abc import Iterator
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from urllib.parse import urlsplit

import httpx

from grid.web.every_page import EveryPage

# What is the same for everybody, and may be kept.
KEPT = ("/static/", "/face.css", "/logo")
# Answers that run until the page is left.
STREAMS = ("/identification/{id}/events",)
EXACT = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "strict-transport-security": "max-age=31536000; includeSubDomains",
}
OFF = ("camera=()", "microphone=()", "geolocation=()", "payment=()", "usb=()", "serial=()")


def faults_of(answer: httpx.Response) -> Iterator[str]:
    """What is wrong with an answer, whatever it is."""
    headers = answer.headers
    for name, value in EXACT.items():
        if headers.get(name) != value:
            yield f"{name}: {headers.get(name)}"
    directives = [each.strip().partition(" ") for each in headers.get("content-security-policy", "").split(";")]
    policy = {name: sources for name, _, sources in directives}
    yield from faults_of_policy(policy, is_page="text/html" in headers.get("content-type", ""))
    for off in OFF:
        if off not in headers.get("permissions-policy", ""):
            yield f"permissions-policy without {off}"
    if not answer.url.path.startswith(KEPT) and headers.get("cache-control") != "no-store":
        yield f"cache-control: {headers.get('cache-control')}"
    if "server" in headers or "x-powered-by" in headers:
        yield "says what it runs on"
    for cookie in headers.get_list("set-cookie"):
        yield from faults_of_cookie(cookie)
    yield from faults_of_text(answer)


def faults_of_policy(policy: dict[str, str], *, is_page: bool) -> Iterator[str]:
    """A policy that lets in what is not ours, or that a page can be framed by another."""
    wanted = {"frame-ancestors": "'none'"}
    wanted |= {"object-src": "'none'", "base-uri": "'none'", "form-action": "'self'"} if is_page else {}
    for name, value in wanted.items():
        if policy.get(name) != value:
            yield f"policy {name}: {policy.get(name)}"
    if policy.get("default-src") not in ("'self'", "'none'"):
        yield f"policy default-src: {policy.get('default-src')}"
    for name, sources in policy.items():
        allowed = {"'self'", "'none'", "data:"} if name == "img-src" else {"'self'", "'none'"}
        if name != "sandbox" and not set(sources.split()) <= allowed:
            yield f"policy {name}: {sources}"


def faults_of_cookie(text: str) -> Iterator[str]:
    """A cookie that scripts can read, that other sites send with forms, or that other hosts can plant."""
    for name, cookie in SimpleCookie(text).items():
        if not name.startswith("__Host-") or not cookie["secure"] or cookie["path"] != "/" or cookie["domain"]:
            yield f"cookie can be planted: {text}"
        if not cookie["httponly"] or cookie["samesite"].lower() not in ("lax", "strict"):
            yield f"cookie is lent out: {text}"


def faults_of_text(answer: httpx.Response) -> Iterator[str]:
    """A page that needs what its policy forbids, or that says how it is made."""
    for word in ("Traceback (most recent", "sqlalchemy", "site-packages", "jinja2"):
        if word in answer.text:
            yield f"says {word}"
    if "text/html" in answer.headers.get("content-type", ""):
        reader = Reader()
        reader.feed(answer.text)
        yield from reader.faults


class Reader(HTMLParser):
    """Reads a page for what does not belong in it."""

    LOADS = ("src", "srcset", "data", "poster", "action", "formaction", "background", "manifest")

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in ("style", "iframe", "object", "embed", "base") or (tag == "script" and "src" not in given):
            self.faults.append(f"<{tag}>")
        for name, value in given.items():
            if name == "style" or name.startswith("on") or value.strip().lower().startswith(("javascript:", "data:")):
                self.faults.append(f"{tag} {name}={value}")
            if (name in self.LOADS or (name == "href" and tag != "a")) and urlsplit(value).netloc:
                self.faults.append(f"{tag} {name}={value}")
            if tag == "a" and name == "target":
                self.faults.append(f"{tag} {name}={value}")


# What some forms need to do anything at all: those that give cookies.
FORMS = {"/identify": {"way": "qr"}, "/language": {"language": "en"}, "/theme": {"theme": "dark"}}


async def answers(every: EveryPage, secret: str) -> list[httpx.Response]:
    """Ask for every page, and send a form to whatever takes one. Logging out comes last."""
    found = []
    routes = sorted(every.routes(), key=lambda each: "logout" in each[1].path)
    async with every.browser(secret) as client:
        for method, route in routes:
            if route.path not in STREAMS:
                content = FORMS.get(route.path, {"once": "a"}) if method == "POST" else None
                found.append(await client.request(method, every.address(route), data=content))
    return found


async def test_every_answer_to_everybody_is_guarded(every: EveryPage) -> None:
    wrong: dict[str, set[str]] = {}
    statuses: dict[str, set[int]] = {}
    cookies: set[str] = set()
    for who, secret in every.secrets().items():
        for answer in await answers(every, secret):
            statuses.setdefault(who, set()).add(answer.status_code)
            cookies |= {each.partition("=")[0] for each in answer.headers.get_list("set-cookie")}
            for fault in faults_of(answer):
                wrong.setdefault(fault, set()).add(f"{who}: {answer.request.method} {answer.url.path}")
            if answer.status_code >= 500:
                wrong.setdefault(str(answer.status_code), set()).add(
                    f"{who}: {answer.request.method} {answer.url.path}"
                )
    assert not wrong, "\n".join(f"{fault}: {sorted(where)}" for fault, where in wrong.items())
    kept = ("", "_device", "_language", "_theme")
    assert cookies == {f"__Host-hanport_grid{each}" for each in kept}
    assert {200, 303, 404} <= statuses["customer"]
    assert {200, 303, 422} <= statuses["all roles"]

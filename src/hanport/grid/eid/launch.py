"""The link that starts the BankID app on the same device, which differs by browser.

Source: what is known of browsers in docs/bankid.md. The link stands on a button: most browsers on Android start an app
only where the person has tapped.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote, urlsplit

from hanport.grid.database.schema import Environment

APP_LINK = "https://app.bankid.com/"
APP_SCHEME = "bankid:///"
# From this version on an https link opens the app.
_ANDROID_WITH_LINKS = 6
_ANDROID = re.compile(r"Android (\d{1,3})")
_IOS = re.compile(r"\b(?:iPhone|iPad|iPod)\b")
_MOBILE = re.compile(r"\bMobi|\bAndroid\b|\b(?:iPhone|iPad|iPod)\b")


class System(StrEnum):
    """What the browser runs on."""

    IOS = "ios"
    ANDROID = "android"
    OTHER = "other"


class Kind(StrEnum):
    """Which browser it is, as far as it matters here."""

    SAFARI = "safari"
    CHROME = "chrome"
    EDGE = "edge"
    FIREFOX = "firefox"
    OPERA = "opera"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Browser:
    """A browser by what it calls itself. An iPad that calls itself a Macintosh is taken for one."""

    system: System
    kind: Kind
    version: int = 0  # of Android
    is_mobile: bool = False

    @property
    def takes_app_links(self) -> bool:
        """Whether an https link opens the app instead of a page."""
        if self.system is System.IOS:
            return self.kind is Kind.SAFARI
        is_known = self.kind in (Kind.CHROME, Kind.EDGE)
        return self.system is System.ANDROID and self.version >= _ANDROID_WITH_LINKS and is_known

    @property
    def needs_tap(self) -> bool:
        """Whether the app may start only where the person taps."""
        return self.system is System.ANDROID and self.kind not in (Kind.FIREFOX, Kind.OPERA)

    @property
    def reloads(self) -> bool:
        """Whether the page is loaded anew when the person comes back to it."""
        return self.system is System.IOS and self.kind is Kind.SAFARI


# The first mark that is found says which it is: almost all of them call themselves Safari and Chrome as well.
_MARKS = (
    (Kind.OPERA, ("OPR/", "OPT/", "OPiOS/", "Opera")),
    (Kind.EDGE, ("EdgA/", "EdgiOS/", "Edg/", "Edge/")),
    (Kind.FIREFOX, ("Firefox/", "FxiOS/", "Focus/")),
    (Kind.OTHER, ("SamsungBrowser/", "DuckDuckGo/", "Ddg/", "YaBrowser/", "UCBrowser/", "Vivaldi/", "GSA/")),
    (Kind.OTHER, ("; wv)", "FBAN/", "FBAV/", "Instagram", "Line/")),  # pages within other apps
    (Kind.CHROME, ("CriOS/", "Chrome/")),
)


def read_browser(user_agent: str) -> Browser:
    """Which browser it is. Any text gives one."""
    text = user_agent[:1024]
    android = _ANDROID.search(text)
    system = System.ANDROID if android else System.IOS if _IOS.search(text) else System.OTHER
    kind = next((kind for kind, marks in _MARKS if any(mark in text for mark in marks)), None)
    if kind is None:
        kind = Kind.SAFARI if "Safari/" in text and "Version/" in text else Kind.OTHER
    version = int(android[1]) if android else 0
    return Browser(system, kind, version, _MOBILE.search(text) is not None)


@dataclass(frozen=True, slots=True)
class Launcher:
    """Makes links. `app_url` is where the phone of the test identity is; it counts in the test environment alone."""

    environment: Environment
    app_url: str = ""

    def link(self, browser: Browser, auto_start_token: str, *, come_back_to: str = "") -> str:
        """The link for a browser. `come_back_to` is the page's address, for orders that were begun without a
        return_url: Safari on iOS cannot be come back to otherwise.
        """
        back = quote(come_back_to, safe="") if come_back_to and browser.reloads else "null"
        query = f"autostarttoken={quote(auto_start_token, safe='')}&redirect={back}"
        if self.app_url and self.environment is Environment.TEST:
            return f"{self.app_url}{'&' if urlsplit(self.app_url).query else '?'}{query}"
        return f"{APP_LINK if browser.takes_app_links else APP_SCHEME}?{query}"

"""The link that starts the app, in the browsers that people have."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanport.grid.database.schema import Environment
from hanport.grid.eid.launch import Browser, Kind, Launcher, System, read_browser

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
PIXEL = "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) "
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
SAFARI_IOS = IPHONE + "Version/18.1 Mobile/15E148 Safari/604.1"
CHROME_ANDROID = PIXEL + "Chrome/131.0.0.0 Mobile Safari/537.36"
LINK, SCHEME = "https://app.bankid.com/?", "bankid:///?"
PRODUCTION = Launcher(Environment.PRODUCTION)


BROWSERS = {
    "safari ios": SAFARI_IOS,
    "safari ipad": SAFARI_IOS.replace("iPhone;", "iPad;"),
    "chrome ios": IPHONE + "CriOS/131.0 Mobile/15E148 Safari/604.1",
    "firefox ios": IPHONE + "FxiOS/132.0 Mobile/15E148 Safari/605.1.15",
    "edge ios": IPHONE + "Version/18.0 EdgiOS/130.0 Mobile/15E148 Safari/604.1",
    "opera ios": IPHONE + "Version/17.5 Mobile/15E148 Safari/604.1 OPT/5.0",
    "in an app ios": IPHONE + "Mobile/15E148 [FBAN/FBIOS]",
    "chrome android": CHROME_ANDROID,
    "chrome android 5": CHROME_ANDROID.replace("Android 15", "Android 5.1"),
    "edge android": PIXEL + "Chrome/131.0.0.0 Mobile Safari/537.36 EdgA/131.0",
    "opera android": PIXEL + "Chrome/130.0 Mobile Safari/537.36 OPR/86.0",
    "samsung android": PIXEL + "SamsungBrowser/27.0 Chrome/125.0 Mobile Safari/537.36",
    "in an app android": PIXEL.replace("Pixel 9", "Pixel 9; wv") + "Version/4.0 Chrome/131.0 Mobile Safari/537.36",
    "firefox android": "Mozilla/5.0 (Android 15; Mobile; rv:132.0) Gecko/132.0 Firefox/132.0",
    "chrome windows": WINDOWS + "Chrome/131.0.0.0 Safari/537.36",
    "edge windows": WINDOWS + "Chrome/131.0 Safari/537.36 Edg/131.0",
    "safari mac": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.1 Safari/605.1.15",
    "nameless": "",
}


@pytest.mark.parametrize(
    ("name", "system", "kind", "begins", "behaves"),
    [
        ("safari ios", "ios", "safari", LINK, "mobile reloads"),
        ("safari ipad", "ios", "safari", LINK, "mobile reloads"),
        ("chrome ios", "ios", "chrome", SCHEME, "mobile"),
        ("firefox ios", "ios", "firefox", SCHEME, "mobile"),
        ("edge ios", "ios", "edge", SCHEME, "mobile"),
        ("opera ios", "ios", "opera", SCHEME, "mobile"),
        ("in an app ios", "ios", "other", SCHEME, "mobile"),
        ("chrome android", "android", "chrome", LINK, "mobile tap"),
        ("chrome android 5", "android", "chrome", SCHEME, "mobile tap"),
        ("edge android", "android", "edge", LINK, "mobile tap"),
        ("opera android", "android", "opera", SCHEME, "mobile"),
        ("samsung android", "android", "other", SCHEME, "mobile tap"),
        ("in an app android", "android", "other", SCHEME, "mobile tap"),
        ("firefox android", "android", "firefox", SCHEME, "mobile"),
        ("chrome windows", "other", "chrome", SCHEME, ""),
        ("edge windows", "other", "edge", SCHEME, ""),
        ("safari mac", "other", "safari", SCHEME, ""),
        ("nameless", "other", "other", SCHEME, ""),
    ],
)
def test_a_browser_and_its_link(name: str, system: str, kind: str, begins: str, behaves: str) -> None:
    browser = read_browser(BROWSERS[name])
    assert (browser.system, browser.kind) == (System(system), Kind(kind))
    found = {"mobile": browser.is_mobile, "tap": browser.needs_tap, "reloads": browser.reloads}
    assert {word for word, does in found.items() if does} == set(behaves.split())
    assert PRODUCTION.link(browser, "t-1") == f"{begins}autostarttoken=t-1&redirect=null"


def test_safari_on_ios_is_told_where_to_come_back_to_when_the_order_does_not() -> None:
    page = "https://han.example.se/sign?a=b&c"
    link = PRODUCTION.link(read_browser(SAFARI_IOS), "t", come_back_to=page)
    assert link == f"{LINK}autostarttoken=t&redirect=https%3A%2F%2Fhan.example.se%2Fsign%3Fa%3Db%26c"
    assert PRODUCTION.link(read_browser(CHROME_ANDROID), "t", come_back_to=page).endswith("redirect=null")


def test_a_token_cannot_add_to_the_link() -> None:
    assert "autostarttoken=a%26b%3Dc%23%2Fd&" in PRODUCTION.link(Browser(System.OTHER, Kind.OTHER), "a&b=c#/d")


def test_the_test_identity_is_started_in_the_test_environment_alone() -> None:
    browser = read_browser(CHROME_ANDROID)
    phone = Launcher(Environment.TEST, "http://127.0.0.1:8470/phone")
    assert phone.link(browser, "t") == "http://127.0.0.1:8470/phone?autostarttoken=t&redirect=null"
    asks = Launcher(Environment.TEST, "http://127.0.0.1:8470/phone?lang=sv")
    assert asks.link(browser, "t").endswith("?lang=sv&autostarttoken=t&redirect=null")
    assert Launcher(Environment.TEST).link(browser, "t").startswith(LINK)
    assert Launcher(Environment.PRODUCTION, phone.app_url).link(browser, "t").startswith(LINK)


@given(st.text(max_size=300), st.text(max_size=50))
def test_whatever_a_browser_calls_itself_there_is_a_link(user_agent: str, token: str) -> None:
    link = PRODUCTION.link(read_browser(user_agent), token.encode("utf-8", "ignore").decode())
    assert link.startswith((LINK, SCHEME))
    assert link.isascii()

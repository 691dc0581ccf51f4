"""What the tests of the pages share."""

from home.web.browser import chromium

__all__ = ["chromium"]

"""A member of staff at the door of the staff's pages."""

from grid.journeys.visitor import Visitor
from grid.web.staff_scene import PASSWORD, code


def log_in(person: Visitor, name: str) -> None:
    """A member's password, and the code that the app shows now."""
    person.page.get_by_label("Namn", exact=True).fill(name)
    person.page.get_by_label("Lösenord").fill(PASSWORD)
    person.page.locator("#code").fill(code(person.stage.scene))
    person.press("Logga in")

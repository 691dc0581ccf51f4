"""What the service's own errors say to staff, in the language of the page.

Errors say by themselves, in English, what is wrong and what to do. Those that staff meet have a text of their own in
the catalog, found by the words that they are raised with; others are shown as they are.
"""

import re
from dataclasses import dataclass

from hanport.errors import HanportError
from hanport.grid.staff.values import StaffError
from hanport.web.words import Words


@dataclass(frozen=True, slots=True)
class Said:
    """What is wrong, and what to do."""

    problem: str
    remedy: str


# The words of an error, with `{}` for what changes, and its text: `staff.error.<name>` and `staff.error.<name>.do`.
TEXTS: dict[str, str] = {
    # identifiers
    "This is no personal or organisation number.": "no_number",
    "The check digit of the number is wrong.": "number_digit",
    "The number has an impossible date of birth.": "number_birth",
    "A facility's ID has 18 digits.": "gsrn_length",
    "The check digit of the facility's ID is wrong.": "gsrn_digit",
    # ordering
    "No facility has this ID.": "no_facility",
    "No customer has this number.": "no_customer",
    "There is no such order.": "no_order",
    "An organisation cannot sign.": "organisation",
    "It is not said who checked the identity.": "nobody_checked",
    "Nothing proves the check of the identity.": "no_evidence",
    "The identity is said to be checked in the future.": "checked_later",
    "The identity was checked more than 30 minutes ago.": "checked_earlier",
    "The order was signed by somebody else.": "signed_by_other",
    "The order was not signed in time.": "not_in_time",
    "A closing by staff needs a name and a reason.": "closing_reason",
    "A closing cannot be taken back.": "closing_stays",
    "The port has been opened by this order.": "opened_by_it",
    "The order was changed at the same time.": "at_same_time",
    "Order {} was changed at the same time.": "at_same_time",
    "An order that is {} cannot {}.": "impossible_step",
    "Meter {} is not installed at the facility.": "meter_elsewhere",
    "No meter is installed at the facility.": "no_meter",
    "The facility has several meters.": "several_meters",
    "No HAN adapter is known in the meter.": "no_adapter",
    "A new adapter costs {} kr.": "price",
    "{} is no order of another adapter.": "no_warranty_order",
    "The new adapter needs a serial number of its own.": "adapter_serial",
    "It is not said who was there.": "nobody_there",
    "The order does not wait for a visit.": "no_visit",
    "The meter's port cannot be opened from afar.": "model_cannot",
    "The port of this facility must stay closed.": "exempted",
    "Nothing of the order has failed.": "nothing_failed",
    "It is not said what is ordered.": "no_kind",
    "It is not said how the identity was checked.": "no_how",
    # imports
    "There is no such import.": "no_import",
    "The import is {} already.": "import_over",
    "A name is needed.": "name_needed",
    "A reason is needed.": "reason_needed",
    "{} has approved it already.": "approved_already",
    "The import holds{}.": "holds_not",
    "The files are not there any more.": "files_gone",
    "No file was chosen.": "no_file",
    # two people
    "It takes another person than the one who proposed it.": "own_proposal",
    "There is no such proposal.": "no_proposal",
    "The proposal was decided on already, or is too old.": "proposal_over",
    "Only who has proposed it takes it back.": "not_your_proposal",
    "Line {} is no facility's ID.": "list_line",
    "Line {}: no facility has this ID.": "list_unknown",
    "A list has 1 to {} facilities.": "list_long",
    "A model and a text are needed.": "no_model",
    "The time is none.": "no_time",
    "There is no way to tell customers.": "cannot_tell",
    "A number in the text could be a person's.": "text_number",
    "A text is longer than {} signs.": "text_long",
    # meters and the work list
    "No meter has that serial number.": "no_such_meter",
    "Meter {} is installed at a facility.": "still_installed",
    "The work list has no column {}.": "no_answer_rows",
    # erasure
    "There is no such person.": "no_person",
    "A contract of this person runs.": "contract_runs",
    "This person may act for another.": "power_runs",
    "A port may be open by an order of this person.": "port_open",
    "An order of this person is under way.": "order_under_way",
    "The time in which claims can be made is not over ({} years).": "retention",
    # tokens
    "The name of a token has 1 to 40 small letters, digits, dots, dashes or underscores.": "token_name",
    "There is or was a token {}.": "token_taken",
    "There is no valid token of that name.": "no_token",
    "A scope of the token is missing or not known.": "token_scope",
}
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_LINE = re.compile(r"Line (\d+)")
_PATTERNS = [
    (re.compile(".*".join(re.escape(part) for part in words.split("{}")), re.DOTALL), name)
    for words, name in TEXTS.items()
]


def said(words: Words, error: HanportError) -> Said:
    """An error in the page's language."""
    if isinstance(error, StaffError):
        return Said(words.t(f"staff.problem.{error.why}"), words.t(f"staff.problem.{error.why}.do"))
    name = name_of(error.problem)
    if name is None:
        return Said(error.problem, error.remedy)
    day, line = _DAY.search(error.remedy), _LINE.match(error.problem)
    places = {"day": day[0] if day else "", "line": line[1] if line else ""}
    return Said(words.t(f"staff.error.{name}", **places), words.t(f"staff.error.{name}.do", **places))


def name_of(problem: str) -> str | None:
    """The name of the text of an error; None where it has none."""
    return next((name for pattern, name in _PATTERNS if pattern.fullmatch(problem)), None)

"""Invented facilities and persons for the measurements of the service, their check digits right."""

from datetime import date, timedelta

from hanport.grid.identifiers import gsrn_check_digit, luhn_holds


def gsrn(n: int) -> str:
    """The n-th facility's ID."""
    digits = f"735999{n:011d}"
    return digits + gsrn_check_digit(digits)


def number(n: int) -> str:
    """The n-th person's number, in twelve digits."""
    digits = f"{date(1930, 1, 1) + timedelta(days=n // 900):%Y%m%d}{n % 900 + 100:03d}"
    return digits + next(str(digit) for digit in range(10) if luhn_holds(digits[2:] + str(digit)))

"""Who is at the command line: a member of staff by name, or nobody in particular."""

import click

# For commands that programs of the company may run too.
staff_option = click.option("--staff", metavar="NAME", help="Who does it; the log says so.")


def actor(staff: str | None) -> str:
    """The name under which the log keeps it."""
    return f"staff:{staff}" if staff else "system"

"""`hanport home user`: make a user, or give a user a new password, on the machine of the hub."""

import asyncio
import sys
from datetime import timedelta
from pathlib import Path

import click

from hanport.cli.home import config_option
from hanport.clock import SystemClock
from hanport.home.account_values import Role
from hanport.home.accounts import Accounts
from hanport.home.config import data_folder, load
from hanport.home.store.lock import data_lock
from hanport.home.store.thread import StoreThread


@click.command()
@config_option
@click.option("--role", type=click.Choice([role.value for role in Role]), default=Role.OWNER.value, show_default=True)
@click.argument("name")
def command(config: Path, role: str, name: str) -> int:
    """Make the user NAME, or give it a new password if it is there already. The hub must be stopped.

    The password is asked for; from a pipe its first line is taken.
    """
    password = click.prompt("Password", hide_input=True, confirmation_prompt=True) if sys.stdin.isatty() else ""
    password = password or sys.stdin.readline().rstrip("\n")
    folder = data_folder(load(config), config)
    with data_lock(folder):
        made = asyncio.run(_set(folder / "hub.db", name, password, Role(role)))
    click.echo(f"{name} {'can log in' if made else 'has a new password'}.")
    return 0


async def _set(path: Path, name: str, password: str, role: Role) -> bool:
    """Whether the user was made; otherwise the password was changed. Raises AccountError."""
    store = await StoreThread.open(path)
    try:
        accounts = Accounts(store, SystemClock(), lambda: timedelta(days=30))
        for user in await accounts.users():
            if user.name.casefold() == name.casefold():
                await accounts.set_password(user, password)
                return False
        await accounts.add(name, password, role)
        return True
    finally:
        await store.close()

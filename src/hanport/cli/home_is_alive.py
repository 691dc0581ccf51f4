"""`hanport home is-alive`: whether the hub answers, for a container's health check."""

import ssl
import urllib.error
import urllib.request
from pathlib import Path

import click

from hanport.cli.home import config_option
from hanport.home.config import load


@click.command()
@config_option
def command(config: Path) -> int:
    """Say whether the hub answers on its configured port. Exit 0: it does, 1: it does not."""
    web = load(config).web
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(web.host, web.host)
    address = f"{'https' if web.certificate else 'http'}://{f'[{host}]' if ':' in host else host}:{web.port}/login"
    unchecked = ssl.create_default_context()
    unchecked.check_hostname, unchecked.verify_mode = False, ssl.CERT_NONE  # it is ourselves; the name is not this one
    try:
        with urllib.request.urlopen(address, timeout=4, context=unchecked if web.certificate else None):
            click.echo("The hub answers.")
            return 0
    except urllib.error.HTTPError:
        click.echo("The hub answers.")
        return 0
    except OSError as error:
        click.echo(f"Nothing answers on {address} ({error}).", err=True)
        return 1

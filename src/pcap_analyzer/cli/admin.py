"""`pcap-analyzer admin NAME`: a first administrator, or a new password for one."""

import sys

import click

from pcap_analyzer.i18n import say


@click.command(short_help="Make an administrator of the web service.")
@click.argument("name")
def admin(name: str) -> None:
    """Makes NAME an administrator of the service with the password that is typed, or read from standard input.

    When NAME is known, the user becomes an administrator and gets the new password. The service need not run;
    DATA_DIR or DATABASE_URL say which one is meant.
    """
    import asyncio

    from pcap_analyzer.web.access.administrators import set_administrator
    from pcap_analyzer.web.settings import load

    if sys.stdin.isatty():
        password = click.prompt(say("Password"), hide_input=True, confirmation_prompt=True)
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    is_new = asyncio.run(set_administrator(load(), name, password))
    click.echo(say("{name} is a new administrator" if is_new else "{name} is an administrator", name=name))

"""`stackroom`: serve, migrate, seed, and look after organisations."""

import click

from config import ConfigurationError, Settings, load


@click.group()
def main() -> None:
    """Stackroom: library management for many libraries on one platform."""


@main.group("config")
def config_group() -> None:
    """Settings of this process."""


@config_group.command("check")
def config_check() -> None:
    """Print every fault of the settings at once, or that there is none."""
    settings = settings_or_exit()
    click.echo(f"The settings for {settings.environment} are sound.")


def settings_or_exit() -> Settings:
    try:
        return load()
    except ConfigurationError as error:
        click.echo("The settings cannot start Stackroom:", err=True)
        for fault in error.faults:
            click.echo(f"  - {fault}", err=True)
        raise SystemExit(2) from None

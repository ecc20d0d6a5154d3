"""The front door of the command: finds commands by their files, loads the one asked for, turns errors into words."""

from typing import Any

import click

from lookalike import plugins
from lookalike.cli.ending import CANCELLED, DONE, USAGE, exit_code
from lookalike.errors import LookalikeError
from lookalike.version import VERSION

ROOM = "lookalike.cli.commands"


class _Commands(click.Group):
    """Commands are loaded when used, so that `--help` and `token` start at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(plugins.names(ROOM))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in plugins.names(ROOM):
            return None
        command: click.Command = plugins.part(ROOM, cmd_name).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, SUMMARIES[name]) for name in self.list_commands(ctx)])


# said here as well so that help need not load the commands; a test holds the two together
SUMMARIES = {
    "check": "Tell whether a service has all it needs.",
    "customers": "Erase a customer of a service.",
    "db": "Care for the database of a service.",
    "demo": "See it work: a service, a job, its output and scores, in half a minute.",
    "evaluate": "Judge a synthetic table beside the real one.",
    "generate": "Learn from a file and write new rows that look like it.",
    "jobs": "Submit, follow and fetch jobs of a service.",
    "keys": "Care for the keys of a service.",
    "serve": "Run the service: API and one worker.",
    "token": "Make a token for a customer of a service.",
    "webhooks": "Try out what a service sends.",
    "worker": "Run one more worker for a service.",
}


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(VERSION, prog_name="lookalike")
def root() -> None:
    """Learns from a sample of data and writes new data that looks like it, without exposing people."""


def main(args: list[str] | None = None) -> int:
    """Run the command; returns its exit code and never shows a stack trace for a mistake of the caller's."""
    try:
        return _code(root.main(args, standalone_mode=False))
    except click.ClickException as error:
        error.show()
        return USAGE
    except click.Abort:
        return CANCELLED
    except LookalikeError as error:
        click.echo(f"lookalike: {error}", err=True)
        return exit_code(error)


def _code(value: Any) -> int:
    return value if isinstance(value, int) else DONE

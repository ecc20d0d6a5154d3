"""The front door of the command: finds commands by their files, loads the one asked for, turns errors into words."""

from typing import Any

import click
from click.shell_completion import CompletionItem

from lookalike import plugins
from lookalike.cli.ending import CANCELLED, DONE, USAGE, exit_code
from lookalike.errors import LookalikeError
from lookalike.version import VERSION

ROOM = "lookalike.cli.commands"
NAME = "lookalike"
EXIT_CODES = """\
Exit codes: 0 done, 2 wrong usage or request, 3 input refused, 4 job failed,
5 cancelled, 6 kept back by a release gate, 1 anything that is our fault.
"""


# said here as well so that help need not load the commands; a test holds the two together
GROUPS = {
    "Make data": {
        "generate": "Learn from a file and write new rows that look like it.",
        "evaluate": "Judge a synthetic table beside the real one.",
        "demo": "See it work: a service, a job, its output, in half a minute.",
    },
    "Use a service": {
        "jobs": "Submit, follow and fetch jobs of a service.",
        "webhooks": "Try out what a service sends.",
    },
    "Run a service": {
        "serve": "Run the service: API and one worker.",
        "worker": "Run one more worker for a service.",
        "token": "Make a token for a customer of a service.",
        "check": "Tell whether a service has all it needs.",
        "db": "Care for the database of a service.",
        "keys": "Care for the keys of a service.",
        "customers": "Erase a customer of a service.",
        "completion": "Let bash, zsh or fish complete what you type.",
    },
}
SUMMARIES = {name: summary for group in GROUPS.values() for name, summary in group.items()}


class _Commands(click.Group):
    """Commands are loaded when used, so that `--help`, completion and `token` start at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(plugins.names(ROOM))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in plugins.names(ROOM):
            return None
        command: click.Command = plugins.part(ROOM, cmd_name).command
        return command

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """One screen of 80 columns and 24 lines."""
        formatter.write("Usage: lookalike COMMAND [ARG]...  (COMMAND --help tells more, --version which)\n\n")
        formatter.write(f"  {self.help}\n\n")
        for title, commands in GROUPS.items():
            formatter.write(f"{title}:\n")
            formatter.write("".join(f"  {name:<10}  {told}\n" for name, told in commands.items()))
        formatter.write(f"\n{EXIT_CODES}")

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        if incomplete.startswith("-"):
            return super().shell_complete(ctx, incomplete)
        return [CompletionItem(name, help=told) for name, told in SUMMARIES.items() if name.startswith(incomplete)]


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(VERSION, prog_name=NAME)
def root() -> None:
    """Learns from a sample of data and writes new data that looks like it."""


def main(args: list[str] | None = None) -> int:
    """Run the command; returns its exit code and never shows a stack trace for a mistake of the caller's."""
    try:
        return _code(root.main(args, prog_name=NAME, standalone_mode=False))
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

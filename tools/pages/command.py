"""The command, as it explains itself: each of its commands with arguments and options."""

import inspect
from collections.abc import Iterator

import click

from lookalike.cli.main import root
from pages.kinds import table

TOP = """# The command

What `lookalike COMMAND --help` says. Inside the sources `./run lookalike …` is the same.

Exit codes: 0 done, 2 wrong usage or request, 3 input refused, 4 job failed, 5 cancelled, 6 release gate, 1 our fault.

"""


def page() -> str:
    """The whole page."""
    context = click.Context(root, info_name="lookalike")
    return TOP + "".join(_section(command) for command in _commands(context))


def _commands(context: click.Context) -> Iterator[click.Context]:
    """Every command that does something, with its name as it is typed, in the order of the alphabet."""
    if not isinstance(context.command, click.Group):
        yield context
        return
    for name in context.command.list_commands(context):
        command = context.command.get_command(context, name)
        if command is not None and not command.hidden:
            yield from _commands(click.Context(command, parent=context, info_name=name))


def _section(context: click.Context) -> str:
    command = context.command
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    records = [one.get_help_record(context) for one in command.params if isinstance(one, click.Option)]
    rows = [(f"`{names}`", meaning) for names, meaning in filter(None, records)]
    text = inspect.cleandoc(command.help or "")
    return f"## {context.command_path}\n\n{text}\n\n    {usage}\n\n{table(('option', 'meaning'), rows)}"

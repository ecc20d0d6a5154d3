"""The command, as it explains itself: each of its commands with arguments and options."""

import inspect
from collections.abc import Iterator
from textwrap import indent

import click

from lookalike.cli.main import root
from pages.kinds import table

TOP = """# Commands and options

What `lookalike COMMAND --help` says. What they are for, and exit codes: [The command](../command.md).

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
    parts = [_paragraph(part) for part in inspect.cleandoc(command.help or "").split("\n\n")]
    text = "\n\n".join([f"## {context.command_path}", *parts, f"    {usage}"])
    return f"{text}\n\n{table(('option', 'meaning'), rows)}"


def _paragraph(text: str) -> str:
    """As it is, or as lines of code where Click is told by a ``\\b`` to keep them."""
    return indent(text.removeprefix("\b\n"), "    ") if text.startswith("\b\n") else text

"""`lookalike completion`: what a shell needs to complete what is typed."""

import click
from click.shell_completion import get_completion_class

SHELLS = ("bash", "zsh", "fish")


@click.command(short_help="Let bash, zsh or fish complete what you type.")
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """
    Print what SHELL needs to complete commands, options and ids of jobs.

    \b
    bash   lookalike completion bash >> ~/.bashrc
    zsh    lookalike completion zsh >> ~/.zshrc
    fish   lookalike completion fish > ~/.config/fish/completions/lookalike.fish
    """
    root = ctx.find_root()
    found = get_completion_class(shell)
    if found is not None:
        click.echo(found(root.command, {}, "lookalike", "_LOOKALIKE_COMPLETE").source())

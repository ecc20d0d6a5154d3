"""The API as an ASGI application, for servers other than `lookalike serve`; LOOKALIKE_HOME names the home folder."""

from pathlib import Path

from lookalike.cli.home import environment, load
from lookalike.wiring.service import application

app = application(load(Path(environment().get("LOOKALIKE_HOME", "."))), environment())

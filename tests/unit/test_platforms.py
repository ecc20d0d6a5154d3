"""Where it runs."""

import subprocess
import sys


def test_windows_is_refused_with_a_word() -> None:
    """On Windows the command says where it runs, and does nothing."""
    script = "import sys; sys.platform = 'win32'; from lookalike.__main__ import main; sys.exit(main())"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert "Linux and macOS" in done.stderr

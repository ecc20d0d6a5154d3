"""`lookalike` and `python -m lookalike`: the command, and the processes that the service starts for itself."""

import sys


def main() -> int:
    """Run what the first argument asks for; returns the exit code."""
    if sys.platform == "win32":
        sys.stderr.write("Lookalike runs on Linux and macOS; on Windows use it in WSL.\n")
        return 2
    match sys.argv[1:]:
        case ["guard"]:
            from lookalike.jobs.guard import main as guard

            return guard()
        case ["child", *ahead]:
            from lookalike.wiring.child import main as child

            return child(ahead=bool(ahead))
        case ["preview", *ahead]:
            from lookalike.wiring.looking import main as preview

            return preview(ahead=bool(ahead))
        case ["task-worker"]:
            from lookalike.wiring.items import serve_tasks

            return serve_tasks()
        case ["look-at-cluster"]:
            from lookalike.wiring.cluster import look

            return look()
    from lookalike.cli.main import main as command

    return command()


if __name__ == "__main__":
    sys.exit(main())

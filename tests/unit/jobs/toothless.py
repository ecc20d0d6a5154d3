"""A guard that guards nothing: it runs the child and passes lines on, whatever the deadline. Not a test."""

import json
import subprocess
import sys


def main():
    child = None
    for line in sys.stdin:
        told = json.loads(line)
        if "argv" in told:
            child = subprocess.Popen(told["argv"], stdin=subprocess.PIPE, text=True)
        for name in ("payload", "to_child"):
            if name in told:
                child.stdin.write(json.dumps(told[name]) + "\n")
                child.stdin.flush()


if __name__ == "__main__":
    main()

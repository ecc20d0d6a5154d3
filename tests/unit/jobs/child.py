"""A child that does what its payload says, step by step; it speaks the real messages. Not a test."""

import ctypes
import json
import os
import subprocess
import sys
import tempfile
import time


def main():
    if sys.argv[1:] == ["ready"]:
        say({"type": "ready"})
        open(os.path.join(os.environ["MARK"], "ready"), "w").close()
    if sys.argv[1:] == ["die"]:
        sys.exit(1)
    payload = json.loads(sys.stdin.readline())
    for verb, *arguments in payload["steps"]:
        STEPS[verb](*arguments)


def say(*messages):
    sys.stdout.write("".join(json.dumps(message) + "\n" for message in messages))
    sys.stdout.flush()


def raw(text):
    sys.stdout.write(text)
    sys.stdout.flush()


def listen():
    if json.loads(sys.stdin.readline()) != {"type": "publish"}:
        sys.exit(3)


def allocate(n_bytes):
    STEPS["kept"] = bytearray(b"x" * n_bytes)


def breed():
    """A grandchild that outlives its parent unless someone ends it."""
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])


def write(path, seconds):
    """Notes in a file, again and again, that this process is writing now."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with open(path, "a") as file:
            file.write(f"{os.getpid()} {time.monotonic()}\n")
        time.sleep(0.01)


def litter(name):
    """Leave a file, in a folder of that name, among temporary files."""
    folder = os.path.join(tempfile.gettempdir(), name)
    os.mkdir(folder)
    open(os.path.join(folder, "file"), "w").close()


def until(path):
    while True:
        try:
            return open(path).close()
        except FileNotFoundError:
            time.sleep(0.02)


STEPS = {
    "say": say,
    "raw": raw,
    "spam": lambda n_bytes: raw("x" * n_bytes),
    "listen": listen,
    "sleep": time.sleep,
    "hold": lambda: ctypes.PyDLL(None).sleep(600),  # in C, with the interpreter's lock held
    "allocate": allocate,
    "breed": breed,
    "write": write,
    "touch": lambda path: open(path, "w").close(),
    "until": until,
    "litter": litter,
    "exit": sys.exit,
    "abort": os.abort,
}

if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Exit code 0 if this container answers a GET with 200: `lookalike-answers PORT PATH`."""

import sys
from http.client import HTTPConnection, HTTPException

try:
    connection = HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=4)
    connection.request("GET", sys.argv[2])
    sys.exit(connection.getresponse().status != 200)
except (OSError, HTTPException):
    sys.exit(1)

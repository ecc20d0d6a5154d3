#!/bin/sh
# The command, on kernels that the image has compiled. numba uses no cache it cannot write, so they are copied to where it
# can, at each start: a cache left by another version is not to be trusted, since numba looks at a kernel's own file only.
set -eu
cp -R /opt/kernels/. "$NUMBA_CACHE_DIR"
exec lookalike "$@"

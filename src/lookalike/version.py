"""The version of this package: what git said when it was built or installed."""

try:
    from lookalike._version import VERSION as VERSION
except ModuleNotFoundError:  # sources that were never built
    VERSION = "0.0.0"

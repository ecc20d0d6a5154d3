"""The version of this package, the one place it stands."""

VERSION = "0.1.0"

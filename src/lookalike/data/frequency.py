"""The words of `parameters.frequency`: 1s, 15m, 6h, 1d, 1bd, 1w, 1mo, 1q, 1y."""

import re

_SECONDS = {"s": 1, "m": 60, "min": 60, "h": 3_600}
_DAYS = {"d": 1, "w": 7}
_MONTHS = {"mo": 1, "q": 3, "y": 12}
_WORD = re.compile(r"([0-9]{0,6})(s|min|mo|m|h|bd|d|w|q|y)", re.ASCII)


def parse_frequency(word: str) -> tuple[str, int] | None:
    """
    The unit and how many of it lie between two rows: seconds (``instant``), ``day``, ``weekday`` or ``month``.

    Returns:
        None if it is not one of the words.
    """
    found = _WORD.fullmatch(word.strip().lower())
    number = int(found.group(1) or 1) if found else 0
    if found is None or number == 0:
        return None
    name = found.group(2)
    if name in _SECONDS:
        return "instant", number * _SECONDS[name]
    if name in _MONTHS:
        return "month", number * _MONTHS[name]
    return ("weekday", number) if name == "bd" else ("day", number * _DAYS[name])

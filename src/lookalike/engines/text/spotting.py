"""
Spans that show by themselves what they are: addresses of mail and web, numbers of accounts and phones, dates, amounts.

The rules are tried one after the other, the surest first; what one has found the next ones no longer see. Each takes
time linear in the text: a run is entered at its start only and never given back, or its length is bounded.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv6Address

from lookalike.data.checksums import IBAN_MODULUS, are_cards

Put = Callable[[str, str], str]
"""Takes a kind and a value; returns the character that stands for it."""

AGAIN_MAX = 64  # characters of what is not one after all and is looked at again from its second on

_ENDING = """
com org net edu gov mil info biz mobi xyz co uk de fr nl ch pl dk fi ie pt cz gr hu ro ru ua tr jp cn kr br mx ar cl au
nz ca eu tv
"""
_TLDS = frozenset(_ENDING.split())  # the frequent ones that are no word of a language: "do.it" is no address
_IBANS = """
AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 ES24 FI18 FO18 FR27
GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27
MD24 ME22 MK19 MR27 MT31 MU30 NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SC31 SE24 SI19 SK24 SM27 ST25 SV28 TL23
TN24 TR26 UA29 VA22 VG24 XK20
"""  # country and length of an account number: SWIFT, IBAN registry (ISO 13616)
_IBAN_LENGTHS = {told[:2]: int(told[2:]) for told in _IBANS.split()}
_SIGNS = "$€£¥₹₽₩₺₪₫₦₱₴₿¢฿₡₲₵₸₼₾﷼"
_CODES = (
    "USD|EUR|GBP|JPY|CHF|CAD|AUD|NZD|CNY|RMB|INR|SEK|NOK|DKK|PLN|CZK|HUF|RON|BGN|RUB|UAH|BRL|MXN|ZAR|SGD|HKD|KRW|THB|AED"
    "|SAR|ILS|NGN|KES|PKR|IDR|MYR|PHP|VND|Rs"
)
_AMOUNT = r"(?P<v>(?:\d{1,3}(?:[.,'’\u00a0\u202f]\d{3}){1,6}(?!\d)|\d++)(?:[.,]\d{1,2}(?!\d))?)"
_OCTET = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_SUPPORT = (
    "call|calls|calling|tel|telephone|phone|ph|mobile|mob|cell|fax|ring|dial|text|txt|sms|whatsapp|contact|telefon|handy"
    "|anrufen|rufnummer|teléfono|telefono|téléphone|appelez|móvil"
)
_WAYS = (
    r"Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Drive|Boulevard|Blvd|Court|Ct|Place|Square|Terrace|Close|Crescent|Parkway"
    r"|Pkwy|Highway|Hwy|Circle|Trail|Row"
)
_ENDINGS = "straße|strasse|str\\.|weg|platz|allee|gasse|straat|laan|gatan|vägen"
_CAPITAL = "[^\\W\\d_a-zß-öø-ÿ]"
_TITLE = rf"{_CAPITAL}[^\W\d_A-Z]{{1,24}}"


@dataclass(frozen=True)
class Rule:
    """
    How spans of a kind look.

    Attributes:
        look: A pattern; its group ``v``, or the whole, is the span.
        fits: Whether, or how much of, the span is one: how many of its characters, 0 for none.
        needs: A character one of which must be in the text.
    """

    kind: str
    look: re.Pattern[str]
    fits: Callable[[str], int] = len
    needs: str = ""


def spot(text: str, put: Put) -> str:
    """The text with each span that shows what it is replaced by the character that `put` gives for it."""
    for rule in _RULES:
        if rule.needs and not any(letter in text for letter in rule.needs):
            continue
        text = _apply(rule, text, put)
    if not _DIGIT.search(text):
        return text
    for rule in _NUMBERS:
        if not rule.needs or any(letter in text for letter in rule.needs):
            text = _apply(rule, text, put)
    return text


def _apply(rule: Rule, text: str, put: Put) -> str:
    parts: list[str] = []
    end, found = 0, rule.look.search(text)
    while found:
        start, value = found.start("v"), found["v"]
        length = rule.fits(value)
        if length:
            parts += (text[end:start], put(rule.kind, value[:length]))
            end = start + length
            again = end
        else:
            again = start + 1 if len(value) <= AGAIN_MAX else found.end("v")
        found = rule.look.search(text, again)
    return "".join([*parts, text[end:]]) if parts else text


def _email(value: str) -> int:
    """With a space in it only where the domain ends as domains do."""
    return len(value) if " " not in value or value.rpartition(".")[2].lower() in _TLDS else 0


def _url(value: str) -> int:
    """Without the punctuation behind it."""
    return len(value.rstrip(".,;:!?'’*_~|") if value[-1] != ")" or "(" in value else value.rstrip(".,;:!?'’*_~|)"))


def _bare(value: str) -> int:
    """A domain alone must end as domains do; with a path behind it any country will do."""
    host, _, path = value.partition("/")
    ending = host.partition(":")[0].rpartition(".")[2].lower()
    known = ending in _TLDS or (bool(path) and len(ending) == 2 and ending.isalpha())
    return _url(value) if known and not host.replace(".", "").isdigit() else 0


def _iban(value: str) -> int:
    """The length the country says, if the check digits are right."""
    size = _IBAN_LENGTHS.get(value[:2].upper(), 0)
    places = [place for place, letter in enumerate(value) if letter.isalnum()][:size]
    if not size or len(places) < size:
        return 0
    compact = "".join(value[place] for place in places).upper()
    end = places[-1] + 1
    if value[end : end + 1].isalnum():
        return 0
    number = int("".join(str(int(letter, 36)) for letter in compact[4:] + compact[:4]))  # one by one: no array for each
    return end if number % IBAN_MODULUS == 1 else 0


def _card(value: str) -> int:
    digits = "".join(str(int(letter)) for letter in value if letter.isdecimal())
    return len(value) if digits[0] in "23456" and are_cards([digits])[0] else 0


def _ip6(value: str) -> int:
    if value.count(":") < 2 or not _DIGIT.search(value):
        return 0
    try:
        IPv6Address(value)
    except AddressValueError:
        return 0
    return len(value)


def _date(value: str) -> int:
    """A year and two numbers that can be day and month."""
    groups = [int(group) for group in re.findall(r"\d+", value)]
    day, month = sorted(groups[1:] if groups[0] > 99 else groups[:2], reverse=True)
    return len(value) if 1 <= month <= 12 and 1 <= day <= 31 else 0


def _time(value: str) -> int:
    hour, minute = (int(group) for group in re.findall(r"\d+", value)[:2])
    return len(value) if hour <= 24 and minute < 60 else 0


def _digits(least: int, most: int) -> Callable[[str], int]:
    def fits(value: str) -> int:
        return len(value) if least <= sum(map(str.isdecimal, value)) <= most else 0

    return fits


def _code(value: str) -> int:
    """Letters and digits as codes mix them; not a number with its unit, nor a word with a number."""
    runs = re.findall(r"\d+|[^\W\d_]+", value)
    digits = [run for run in runs if run[0].isdecimal()]
    letters = [run for run in runs if not run[0].isdecimal()]
    n_digits = sum(map(len, digits))
    measures = re.fullmatch(r"\d+(?:x\d+)+[^\W\d_]{0,3}", value)
    if measures or n_digits < 3 or n_digits + sum(map(len, letters)) < 6:
        return 0
    if len(digits) == 1:
        unit = len(letters) == 1 and runs[0] == digits[0] and n_digits <= 4
        return 0 if n_digits < 4 or unit or max(map(len, letters)) > 4 else len(value)
    changes = len(re.findall(r"\d(?=[^\W\d_])|[^\W\d_](?=\d)", value))
    capital = value.upper() == value and max(map(len, letters)) <= 4 and n_digits >= 4
    return len(value) if capital or changes >= 3 or n_digits >= 6 else 0


def _compiled(look: str) -> re.Pattern[str]:
    return re.compile(look if "(?P<v>" in look else f"(?P<v>{look})")


def _rule(kind: str, look: str, fits: Callable[[str], int] = len, needs: str = "") -> Rule:
    return Rule(kind, _compiled(look), fits, needs)


_DIGIT = re.compile(r"\d")
_HOSTS = "gmail|googlemail|yahoo|hotmail|outlook|live|msn|aol|icloud|gmx|web|proton|protonmail|mail|yandex"
_LOCAL = r"[\w.+\-'%&]"
_END = '[^\\s<>"“”‘«»、。，；！？）」』\ue000-\uf8ff]'  # what an address of the web goes on with
_RULES = (
    _rule("email", rf"(?<!{_LOCAL}){_LOCAL}++(?:@ ?| @ ?(?=(?i:{_HOSTS})\.))[\w\-]++(?:\.[\w\-]++)++", _email, "@"),
    _rule("url", rf"(?<![A-Za-z0-9])(?:[hH][tT][tT][pP][sS]?|[fF][tT][pP])://{_END}++", _url, ":"),
    _rule("url", rf"(?<![A-Za-z0-9])[wW]{{3}}\.[^\W_]{_END}++", _url, "wW"),
    _rule("url", rf"(?<![\w@.\-/])[^\W_][\w\-]*+(?:\.[\w\-]++)++(?::\d{{1,5}}+)?(?:/{_END}*+)?", _bare, "."),
)
_NUMBERS = (
    _rule("address", rf"(?<![\w.,/{_SIGNS}])\d{{1,5}}[A-Za-z]?,? (?:{_TITLE} ){{1,3}}(?:{_WAYS})\b"),
    _rule("address", rf"(?<!\w){_CAPITAL}[^\W\d_]{{1,24}}?[ -]?(?i:{_ENDINGS}) \d{{1,4}}[a-z]?(?!\w)"),
    _rule(
        "address",
        rf"(?<!\w)\d{{1,4}}(?: ?bis)?,? (?:rue|avenue|boulevard|chemin|allée|quai|place (?=d|l))"
        rf"(?: (?:de|du|des|la|le|les|l['’])){{0,3}} ?{_TITLE}(?:[ -]{_TITLE}){{0,3}}",
    ),
    _rule(
        "address",
        rf"(?<!\w)(?:[Cc]alle|Via|[Vv]iale|[Pp]iazza|Corso|[Rr]ua|[Aa]venida|[Uu]lica|[Uu]l\.)"
        rf"(?: (?:de|del|la|da|dos|di)){{0,3}} {_TITLE}(?: {_TITLE}){{0,2}},? \d{{1,4}}(?!\d)",
    ),
    _rule("iban", r"(?<!\w)[A-Za-z]{2}\d{2}(?:[ \-]?[A-Za-z0-9]){11,40}", _iban),
    _rule("card", r"(?<!\d)\d{4}(?P<s>[ .\-])\d{4}(?P=s)\d{4}(?P=s)\d{1,4}(?:(?P=s)\d{3})?(?!\d)", _card),
    _rule("card", r"(?<!\d)\d{4}(?P<s>[ .\-])\d{6}(?P=s)\d{4,5}(?!\d)", _card),
    _rule("card", r"(?<!\d)\d{13,19}(?!\d)", _card),
    _rule("ip", rf"(?<![\w.])(?:{_OCTET}\.){{3}}{_OCTET}(?![\w]|\.\d)", needs="."),
    _rule("ip", r"(?<![\w:.])[0-9A-Fa-f:]{3,39}(?![\w:])", _ip6, ":"),
    _rule(
        "id",
        r"(?<![\w\-])(?:[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}|[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5})"
        r"(?![\w\-])",
        needs="-:",
    ),
    _rule("date", r"(?<![\w/.\-])\d{4}(?P<s>[/.\-])\d{1,2}(?P=s)\d{1,2}(?![\d/\-])", _date, "/.-"),
    _rule("date", r"(?<![\w/.\-])\d{1,2}(?P<s>[/.\-])\d{1,2}(?P=s)(?:\d{4}|\d{2})(?![\w/\-])", _date, "/.-"),
    _rule("time", rf"(?<![\d:.,{_SIGNS}])\d{{1,2}}:\d{{2}}(?::\d{{2}})?(?![\d:])", _time, ":"),
    _rule("time", rf"(?<![\w:.,{_SIGNS}])\d{{1,2}}\.\d{{2}}(?= ?[ap]\.?m)", _time, "."),
    _rule("amount", rf"[{_SIGNS}] ?{_AMOUNT}", needs=_SIGNS),
    _rule("amount", rf"(?<![^\W\d_])(?:{_CODES})\.? ?{_AMOUNT}"),
    _rule("amount", rf"(?<![\w.,]){_AMOUNT}(?= ?(?:[{_SIGNS}]|(?:{_CODES})(?!\w))(?! ?[\d\ue000-\uf8ff]))"),
    _rule("phone", r"(?<![\w+])\(?(?:\+ ?|00)[1-9](?:[ ().\-/\u00a0]{0,3}\d){6,14}(?!\d)", _digits(7, 17), "+0"),
    _rule("phone", r"(?<!\w)\(0?\d{2,4}\)[ \-]?\d{3,4}(?:[ \-.]?\d{2,4}){1,3}(?!\d)", _digits(7, 15), "("),
    _rule("phone", r"(?<![\w.,\-/])0[1-9]\d{0,4}(?:[ \-./]?\d{2,9}){1,5}(?!\d)", _digits(9, 12), "0"),
    _rule("phone", r"(?<![\w.\-])(?:1[\-. ])?\d{3}(?P<s>[\-. ])\d{3}(?P=s)\d{4}(?!\d)"),
    _rule(
        "phone",
        rf"(?i:(?<!\w)(?:{_SUPPORT})(?!\w))[^\d\n]{{0,16}}(?P<v>\d{{7,15}}|\d{{2,5}}(?:[ \-]\d{{3,5}}){{1,3}})(?!\d)",
    ),
    _rule("phone", r"(?<![\d.,\-/])0[1-9]\d{8,9}(?!\d)"),
    _rule("postcode", r"(?<!\w)[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}(?!\w)"),
    _rule(
        "id",
        r"(?<![\w\-])(?=[^\W\d]*+(?:-[^\W\d]*+)*+\d)(?=[\d_]*+(?:-[\d_]*+)*+[^\W\d_])"
        r"[^\W_]++(?:[\-_][^\W_]++)*+(?!\w)",
        _code,
    ),
    _rule("year", r"(?<![\d.,])(?:19|20)\d\d(?!\d|[.,]\d)"),
    _rule("number", r"(?<![\d.,])\d{1,3}(?P<s>[,.'’])\d{3}(?:(?P=s)\d{3})*+(?![\d.,]\d|\d)"),
    _rule("number", r"\d{4,}+"),
)

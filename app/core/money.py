"""Amounts as people type them, to whole numbers, and back; what could mean two things is refused."""

import re

_SPACES = str.maketrans("", "", " \u00a0\u202f\u2009'’_")
_PLAIN = re.compile(r"[0-9]+")
_GROUPED = re.compile(r"[0-9]{1,3}(,[0-9]{3})+")
_DECIMAL = re.compile(r"(?P<whole>[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)\.(?P<part>[0-9]+)")
_COMMA_LAST = re.compile(r"(?P<whole>[0-9]+|[0-9]{1,3}(?:\.[0-9]{3})+),(?P<part>[0-9]+)")
MOST = 10**14  # minor units; what both databases and every spreadsheet program hold exactly


def read_count(text: str) -> int:
    """A whole number ≥ 0, with or without commas or spaces between thousands.

    Raises `ValueError` with the remedy for anything else: a comma may not stand for decimals.

    >>> read_count("1,200,000"), read_count("1 200"), read_count("45000")
    (1200000, 1200, 45000)
    """
    bare = text.translate(_SPACES)
    if not (_PLAIN.fullmatch(bare) or _GROUPED.fullmatch(bare)):
        raise ValueError(f"{text!r} is not clear. Type a whole number, such as 1200 or 1,200.")
    return _within(int(bare.replace(",", "")))


def read_amount(text: str, digits: int = 2) -> int:
    """An amount ≥ 0 in minor units of a currency with `digits` decimals: '12.50' is 1250.

    A point stands before decimals, commas or spaces between thousands. Raises `ValueError` with the remedy for
    what could mean two things ('1200,50', '1.200') and for more decimals than the currency has.

    >>> read_amount("1,200.50"), read_amount("1200"), read_amount("1,200"), read_amount("900", digits=0)
    (120050, 120000, 120000, 900)
    """
    bare = text.translate(_SPACES)
    if _PLAIN.fullmatch(bare) or _GROUPED.fullmatch(bare):
        return _within(int(bare.replace(",", "")) * 10**digits)
    if found := _DECIMAL.fullmatch(bare):
        whole, part = found["whole"].replace(",", ""), found["part"]
        if len(part) <= digits:
            return _within(int(whole + part.ljust(digits, "0")))
        if len(part) == 3 and len(whole) <= 3 and "," not in found["whole"]:
            message = f"{text!r} could mean two things. Type {whole}{part} or {whole}.{part[:digits] or '0'}."
            raise ValueError(message if digits else f"Type {whole}{part}; this currency has no decimals.")
        allowed = f"at most {digits} decimals" if digits else "no decimals"
        raise ValueError(f"This currency has {allowed}: type {_shown(whole, part, digits)}.")
    if found := _COMMA_LAST.fullmatch(bare):
        whole, part = found["whole"].replace(".", ""), found["part"]
        raise ValueError(f"{text!r} could mean two things. Put a point before decimals: {whole}.{part}.")
    raise ValueError(f"{text!r} is not an amount. Type a number such as 12.50, without a currency sign.")


def show_amount(minor: int, digits: int = 2) -> str:
    """Minor units as a person would type them into a form.

    >>> show_amount(120050), show_amount(120000), show_amount(900, digits=0), show_amount(5)
    ('1200.50', '1200', '900', '0.05')
    """
    whole, part = divmod(minor, 10**digits)
    return f"{whole}.{part:0{digits}d}" if part else str(whole)


def _shown(whole: str, part: str, digits: int) -> str:
    return f"{whole}.{part[:digits]}" if digits else whole


def _within(value: int) -> int:
    if value > MOST:
        raise ValueError("This is too large to be meant; check the number of zeros.")
    return value

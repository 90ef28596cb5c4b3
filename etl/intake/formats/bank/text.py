"""What is written on a line of a bank statement: accounts, references, amounts and days."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from stdnum import iban as _iban
from stdnum import iso11649
from stdnum.be import ogm_vcs
from stdnum.exceptions import ValidationError

from etl.intake.files.encoding import examine
from etl.intake.source import SourceFile

_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_AMOUNT = re.compile(r"(?:\d{1,15}(?:[.,]\d{0,5})?|[.,]\d{1,5})")
_OGM = re.compile(r"(?:\+{3}|\*{3})\s?(\d{3}/\d{4}/\d{5})\s?(?:\+{3}|\*{3})")
_RF = re.compile(r"\bRF\d{2}[A-Z0-9]{1,21}\b")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}[A-Z0-9]{10,30}\b")
#: What banks write where there is no reference.
_NONE = {"", "NONREF", "NOREF", "NOTPROVIDED", "NOT PROVIDED", "NOTAVAILABLE", "0", "NONE"}
#: Letters of a French account number, as the digits they count for in its key.
_RIB = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "12345678912345678923456789")


def tidy(text: str | None) -> str:
    """Return the text with single spaces and without control characters.

    >>> tidy("  FACTUUR\\x1c  2026-1 ")
    'FACTUUR 2026-1'
    """
    return " ".join(_CONTROL.sub(" ", text or "").split())


def said(text: str | None) -> str:
    """Return a reference, '' where it is one of the words that banks write for none."""
    found = tidy(text)
    return "" if found.upper() in _NONE or not found.strip("0 ") else found


def account_of(text: str | None) -> str:
    """Return an account number as it is compared: upper case, without spaces and currency.

    A Belgian number of twelve digits becomes its IBAN.

    >>> account_of("NL71 RABO 0123 4567 89 EUR"), account_of("539-0075470-34")
    ('NL71RABO0123456789', 'BE68539007547034')
    """
    found = re.sub(r"[^A-Z0-9/]", "", (text or "").upper())
    found = found if found.strip("0") else ""
    if re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}(EUR|USD|GBP|CHF|DKK|NOK|SEK|PLN)", found):
        return found[:-3]
    if re.fullmatch(r"\d{12}", found) and int(found[:10]) and _belgian(found):
        return f"BE{_iban.calc_check_digits('BE00' + found)}{found}"
    return found


def _belgian(digits: str) -> bool:
    return (int(digits[:10]) % 97 or 97) == int(digits[10:])


def french_iban(bank: str, branch: str, account: str) -> str:
    """Return the IBAN of a French account, '' where the parts are no bank, branch and account.

    >>> french_iban("30006", "00001", "12345678901")
    'FR7630006000011234567890189'
    """
    if not re.fullmatch(r"\d{5}\d{5}[0-9A-Z]{11}", bank + branch + account):
        return ""
    number = int(account.translate(_RIB))
    key = 97 - (89 * int(bank) + 15 * int(branch) + 3 * number) % 97
    rest = f"{bank}{branch}{account}{key:02d}"
    return f"FR{_iban.calc_check_digits('FR00' + rest)}{rest}"


def is_iban(text: str) -> bool:
    """Return whether the check digits of an IBAN are right."""
    try:
        _iban.validate(text, check_country=False)
    except ValidationError:
        return False
    return True


def iban_in(text: str, but: str = "") -> str:
    """Return the first IBAN that stands in a text, other than the account's own; '' if none."""
    found = (m[0] for m in _IBAN.finditer(text.upper()))
    return next((i for i in found if i != but and is_iban(i)), "")


def ogm(text: str) -> str:
    """Return a Belgian structured communication as +++123/4567/89012+++, '' where it is none.

    >>> ogm("010806817183"), ogm("010806817184")
    ('+++010/8068/17183+++', '')
    """
    digits = re.sub(r"[+*/ ]", "", text)
    if not re.fullmatch(r"\d{12}", digits) or not digits.strip("0"):
        return ""
    return f"+++{ogm_vcs.format(digits)}+++" if ogm_vcs.is_valid(digits) else ""


def reference_of(structured: Iterable[str], texts: Iterable[str]) -> str:
    """Return all that a payment says it pays: structured references first, nothing twice.

    Belgian communications (OGM, VCS) and creditor references (ISO 11649, RF) that stand in free
    text count as structured; those in `structured` are written alike.
    """
    first: list[str] = []
    rest: list[str] = []
    for one in map(said, structured):
        bare = one.replace(" ", "").upper()
        first.append(ogm(one) or (bare if iso11649.is_valid(bare) else one))
    for found in map(said, texts):
        text = _OGM.sub(lambda m: ogm(m[1]) or m[0], found)
        first += [ogm(m[1]) for m in _OGM.finditer(text)]
        first += [m[0] for m in _RF.finditer(text) if iso11649.is_valid(m[0])]
        rest.append(text)
    kept: list[str] = []
    for one in filter(None, (*first, *rest)):
        if not any(f" {one} " in f" {other} " for other in kept):
            kept.append(one)
    return " ".join(kept)


def number_of(text: str | None) -> Decimal | None:
    """Return an amount written with a decimal point or comma; None where it is none.

    >>> number_of("1234,5"), number_of("12x")
    (Decimal('1234.5'), None)
    """
    found = (text or "").strip()
    return Decimal(found.replace(",", ".").rstrip(".")) if _AMOUNT.fullmatch(found) else None


def money(amount: Decimal) -> str:
    """Return an amount as text, with two decimals unless it has more.

    >>> money(Decimal("8.850")), money(Decimal("7")), money(Decimal("0.125"))
    ('8.85', '7.00', '0.125')
    """
    cents = amount.quantize(Decimal("0.01"))
    return f"{cents if cents == amount else amount:f}"


def day_of(year: str, month: str, day: str) -> str:
    """Return a day as YYYY-MM-DD, whether it exists or not; years of two digits are 2000 to 2079.

    >>> day_of("26", "02", "30"), day_of("99", "12", "31")
    ('2026-02-30', '1999-12-31')
    """
    if len(year) == 2:
        year = f"{'20' if year < '80' else '19'}{year}"
    return f"{year}-{month}-{day}"


def short_day(text: str) -> str:
    """Return the day of DDMMYY as YYYY-MM-DD; '' where there is none.

    >>> short_day("050126"), short_day("000000")
    ('2026-01-05', '')
    """
    if not re.fullmatch(r"[0-9]{6}", text) or not text.strip("0"):
        return ""
    return day_of(text[4:], text[2:4], text[:2])


def as_date(text: str) -> date | None:
    """Return the day that YYYY-MM-DD stands for; None where there is none such."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def lines_of(file: SourceFile, encoding: str) -> Iterator[tuple[int, str]]:
    """Yield the lines of a text file with their numbers, without line ends."""
    with file.path.open(encoding=encoding, errors="replace", newline=None) as stream:
        for number, line in enumerate(stream, 1):
            yield number, line.rstrip("\n").lstrip("\ufeff").replace("\0", " ")


def encoding_of(file: SourceFile, given: str | None) -> str:
    """Return the encoding of a text file. Raises `FileError` where it is empty or no text."""
    return examine(file, given).encoding

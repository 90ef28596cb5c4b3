"""Field 86 of MT940: what banks write about an entry, in the three ways they write it.

German banks number their parts (`166?00...?20...?32...`), Dutch and SEPA ones name them
(`/IBAN/.../NAME/.../REMI/...`), the others write lines of text. The library's own reader runs the
numbered parts together, which makes one word of the last word of a line and the first of the next,
keeps only the last of parts that repeat, and takes a `?` in a text for the start of a part; so all
of it is read here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from etl.intake.formats.bank.text import account_of, iban_in, said, tidy

_NUMBERED = re.compile(r"\d{3}\?\d{2}")
_NUMBER = re.compile(r"\?(\d{2})")
_GERMAN = re.compile(
    r"(EREF|KREF|MREF|CRED|DEBT|COAM|OAMT|SVWZ|ABWA|ABWE|BREF|RREF|RTRN|IBAN|BIC|PURP|MDAT)\+"
)
_NAMES = ("TRTP", "TRCD", "IBAN", "BIC", "NAME", "REMI", "EREF", "KREF", "ORDP", "BENM", "CNTP",
          "MARF", "CSID", "RTRN", "ISDT", "PREF", "IREF", "ACCT", "ULTD", "ULTC", "ULTB", "PURP",
          "SVCL", "ADDR", "ID", "RCMT", "CHGS", "OCMT", "EXCH", "NRTX", "TYPE", "BUSP", "CREF",
          "SWOC", "PY", "BO", "CD", "PHDR", "NREF")  # fmt: skip
_NAMED = re.compile(rf"/({'|'.join(_NAMES)})/")
_WIDTH = 65
_PURPOSE = 27
"""How many characters a numbered part of the purpose holds: a full one goes on in the next."""
#: Business codes of German banks: credits that are own payments sent back, debits that take back
#: what was collected.
_SENT_BACK = {"159", "160", "181", "182", "184"}
_TAKEN_BACK = {"009", "108", "109", "110", "111", "193"}


@dataclass
class Details:
    """What field 86 says about an entry."""

    name: str = ""
    iban: str = ""
    structured: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    credit_returns: bool = False
    """If it is a credit, an own payment came back."""
    debit_returns: bool = False
    """If it is a debit, money that came in went back."""


def details_of(lines: Sequence[str], account: str) -> Details:
    """Return what the lines of field 86 say; `account` is the statement's own."""
    if lines and _NUMBERED.match(lines[0]):
        return _numbered("".join(lines))
    text = _joined(lines)
    if len(_NAMED.findall(text)) > 1 or re.match(r"\s*/(REMI|EREF|ORDP|BENM)/", text):
        return _named(text)
    text = tidy(text)
    return Details(iban=iban_in(text, account), texts=[text])


def _joined(lines: Sequence[str]) -> str:
    """Return lines as one text: a full line goes on in the next."""
    text = ""
    for line in lines:
        text += line if len(line) >= _WIDTH else line.rstrip() + " "
    return text


def _numbered(text: str) -> Details:
    code, parts = text[:3], _NUMBER.split(text)[1:]
    found: dict[str, list[str]] = {}
    for number, value in zip(parts[::2], parts[1::2], strict=True):
        found.setdefault(number, []).append(value)

    def joined(*numbers: str) -> str:
        pieces = [p for n in numbers for p in found.get(n, ())]
        return "".join(p if len(p) >= _PURPOSE else p + " " for p in pieces)

    purpose = joined(*(f"2{n}" for n in range(10)), *(f"6{n}" for n in range(4)))
    known = _GERMAN.split(purpose)
    words = dict(zip(known[1::2], map(tidy, known[2::2]), strict=True))
    name = tidy(joined("32", "33")) or words.get("ABWA", "")
    account = account_of(tidy("".join(found.get("31", []))) or words.get("IBAN"))
    texts = [known[0], words.get("SVWZ", ""), words.get("EREF", ""), words.get("KREF", "")]
    if len(known) == 1:
        texts = [purpose]
    return Details(
        name=name,
        iban=account,
        texts=texts,
        credit_returns=code in _SENT_BACK,
        debit_returns=code in _TAKEN_BACK,
    )


def _named(text: str) -> Details:
    parts = _NAMED.split(text)
    found: dict[str, str] = {}
    for name, value in zip(parts[1::2], parts[2::2], strict=True):
        # of two parties, the first is the one that is named by the entry
        found.setdefault(name, value.strip(" "))
    name, iban = found.get("NAME", ""), found.get("IBAN", "") or found.get("ACCT", "")
    for role in ("CNTP", "ORDP", "BENM"):
        # /CNTP/account/bank/name/place/
        cells = found.get(role, "").split("/")
        if len(cells) > 2:
            iban, name = iban or cells[0], name or cells[2]
    remittance = found.get("REMI", "")
    structured: list[str] = []
    free = [parts[0]]
    if match := re.match(r"STRD/(?:\w{0,4}/)?([^/]*)", remittance):
        structured.append(match[1])
    else:
        free.append(re.sub(r"^(?:USTD)?/*", "", remittance).strip("/ "))
    free += [found.get(n, "").strip("/ ") for n in ("EREF", "KREF", "PREF")]
    returned = bool(said(found.get("RTRN", "").strip("/ ")))
    return Details(
        name=tidy(name.strip("/ ")),
        iban=account_of(iban),
        structured=structured,
        texts=free,
        credit_returns=returned,
        debit_returns=returned,
    )

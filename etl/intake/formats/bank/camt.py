"""ISO 20022 bank statements: camt.053, and camt.052 and camt.054 reports, versions 001.02 to .13.

camt.053 (BankToCustomerStatement) is a statement with balances, camt.052 a report during the day,
camt.054 a notification of single entries: the elements of their entries are the same, in whatever
namespace and version. See etl/intake/formats/bank/statement.py for what all bank statements have in
common. Here:

- Booked entries count (Sts BOOK); pending ones and mere information are left out.
- CRDT is money that came in. An entry is a return where RvslInd says so, where its code is one of
  the returns and reversals of BkTxCd, or where a detail carries RtrInf.
- Most banks mark a reversal (RvslInd) with the side on which the balance moves, some with the side
  of what it takes back: the closing balance tells which.
- Charges that the bank kept of a payment (Chrgs) are added back to it: the customer paid the
  whole. What a return costs beyond the payment (InstdAmt) is the bank's fee.
- OPBD (or PRCD, what the bank closed with before) + entries = CLBD. A report has no closing balance
  and is not checked; nor is a page of a larger statement, nor are balances in several currencies.
- A batch is broken into its TxDtls where these are in the entry's currency and add up to it, with
  or without their charges.
- Who paid is the debtor, or whoever he paid for; of a returned payment, the debtor as well.
- The reference: Strd (CdtrRefInf, RfrdDocInf), Ustrd, EndToEndId, AddtlNtryInf, in this order.
"""

from __future__ import annotations

import re
from decimal import Decimal

import duckdb

from data.core.reading import Reading
from data.core.texts import N_
from etl.intake.files.xml import Element, child, children, elements, line_of, name_of, root_of, text
from etl.intake.formats.bank.statement import PENDING, Entry, Statement, Statements, turned
from etl.intake.formats.bank.text import account_of, number_of, reference_of, said, tidy
from etl.intake.source import ReadOptions, SourceFile

COLUMNS = {
    "document_id": "AcctSvcrRef",
    "issued_on": "BookgDt",
    "credit": "Amt CRDT",
    "debit": "Amt DBIT",
    "counterparty": "Dbtr",
    "counterparty_iban": "DbtrAcct",
    "reference": "RmtInf",
}
_USTRD = 140
"""How many characters an element of free text holds."""
_SPACE = re.compile(r"camt\.05[234]\.001\.\d\d")
_MESSAGES = (b"BkToCstmrStmt", b"BkToCstmrAcctRpt", b"BkToCstmrDbtCdtNtfctn")
_STATEMENTS = ("Stmt", "Rpt", "Ntfctn")
#: What stands directly in a statement and is read; entries come last.
_PARTS = ("Id", "LglSeqNb", "ElctrncSeqNb", "StmtPgntn", "RptPgntn", "NtfctnPgntn", "FrToDt",
          "Acct", "Bal", "Ntry")  # fmt: skip
#: Families of bank transaction codes and their sub-families that take an entry back.
_RETURNS = {
    "RCDT": {"RRTN", "RPCR", "CDRV", "XRRN"},
    "ICDT": {"RRTN", "RPCR", "CDRV", "XRRN"},
    "IRCT": {"RRTN", "RPCR", "XRRN"},
    "RRCT": {"RRTN", "RPCR", "XRRN"},
    "IDDT": {"UPDD", "PRDD", "RCDD"},
    "RDDT": {"UPDD", "PRDD", "RCDD"},
    "RCHQ": {"UPCQ", "CQRV", "URCQ", "RPCR"},
    "ICHQ": {"UPCQ", "CQRV", "URCQ", "RPCR"},
}


class CamtSource:
    """See the module."""

    name = "camt"
    label = N_("Bank statement CAMT (ISO 20022)")
    gives: tuple[str, ...] = (
        N_("payments received"),
        N_("who paid, with name and account"),
        N_("structured references and free text"),
    )
    lacks: tuple[str, ...] = (N_("customer numbers"), N_("which payment settles which invoice"))

    def identify(self, file: SourceFile) -> float:
        """See `etl.intake.source.Source.identify`."""
        space, name = root_of(file.head)
        if _SPACE.search(space):
            return 1.0
        if name in ("Document", *(m.decode() for m in _MESSAGES)):
            return 0.9 if any(m in file.head for m in _MESSAGES) else 0.0
        return 0.0

    def read(
        self,
        file: SourceFile,
        connection: duckdb.DuckDBPyConnection,
        first_file_id: int,
        options: ReadOptions,
    ) -> list[Reading]:
        """See `etl.intake.source.Source.read`."""
        with Statements(file, self.name, COLUMNS) as statements:
            found = _SPACE.search(root_of(file.head)[0])
            statements.settings["message"] = found[0] if found else ""
            _read(file, statements)
            return statements.stage(connection, first_file_id, options)


def _read(file: SourceFile, statements: Statements) -> None:
    """Add the entries of all statements, one element in memory at a time."""
    place: Element | None = None
    reader: _Reader | None = None
    for element in elements(file, *_PARTS):
        parent = element.getparent()
        if parent is None or name_of(parent) not in _STATEMENTS:
            continue
        if parent is not place:
            if reader is not None:
                reader.end()
            place, reader = parent, _Reader(statements)
        assert reader is not None  # noqa: S101 - made with the first part
        reader.part(element)
    if reader is not None:
        reader.end()


class _Reader:
    """One statement, read part by part."""

    def __init__(self, statements: Statements) -> None:
        self.statements = statements
        self.name = ""
        self.account = ""
        self.currency = ""
        self.days: list[str] = []
        self.parts = False
        self.balances: dict[str, tuple[Decimal, str]] = {}
        self.statement: Statement | None = None

    def part(self, element: Element) -> None:
        """Read one part of the statement."""
        match name_of(element):
            case "Id":
                self.name = tidy(element.text)
            case "StmtPgntn" | "RptPgntn" | "NtfctnPgntn":
                self.parts = text(element, "PgNb") not in ("", "1") or (
                    text(element, "LastPgInd") == "false"
                )
            case "FrToDt":
                self.days = [text(element, f"{n}DtTm")[:10] for n in ("Fr", "To")]
            case "Acct":
                number = text(element, "Id", "IBAN") or text(element, "Id", "Othr", "Id")
                self.account, self.currency = account_of(number), text(element, "Ccy")
            case "Bal":
                self._balance(element)
            case "Ntry":
                self._entry(element)

    def end(self) -> None:
        """End the statement."""
        made = self._started()
        opening, closing = self._balances()
        made.opening = opening[0] if opening else None
        made.closing = closing[0] if closing else None
        made.parts = self.parts
        if any(b and b[1] != made.currency for b in (opening, closing)):
            made.other_currency = True
        if self.days:
            self.statements.period(made, *self.days)
        self.statements.end(made)

    def _started(self, currency: str = "") -> Statement:
        """Return the statement; begin it with what stood before its first entry."""
        if self.statement is None:
            opening, _ = self._balances()
            own = self.currency or (opening[1] if opening else "") or currency
            self.statement = self.statements.start(self.account, own, self.name)
        return self.statement

    def _balances(self) -> tuple[tuple[Decimal, str] | None, tuple[Decimal, str] | None]:
        """Return opening and closing balance, each with its currency."""
        opening = self.balances.get("OPBD") or self.balances.get("PRCD")
        return opening, self.balances.get("CLBD")

    def _balance(self, element: Element) -> None:
        code = text(element, "Tp", "CdOrPrtry", "Cd")
        amount = child(element, "Amt")
        value = number_of(text(amount))
        if amount is None or value is None:
            return
        sign = -1 if text(element, "CdtDbtInd") == "DBIT" else 1
        # of several pages, the first opens and the last closes
        if code not in ("OPBD", "PRCD") or code not in self.balances:
            self.balances[code] = (sign * value, amount.get("Ccy") or "")

    def _entry(self, element: Element) -> None:
        amount = child(element, "Amt")
        currency = (amount.get("Ccy") or "") if amount is not None else ""
        statement = self._started(currency)
        status = text(element, "Sts", "Cd") or text(element, "Sts")
        if status not in ("BOOK", ""):
            self.statements.leave_out(statement, PENDING)
            return
        value = number_of(text(amount))
        side = text(element, "CdtDbtInd")
        if value is None or side not in ("CRDT", "DBIT"):
            # without a side nobody knows what it is
            shown = f"{text(amount)} {side}".strip()
            self.statements.reject(statement, line_of(element), "Amt", shown)
            return
        entry = self._made(element, value if side == "CRDT" else -value, currency)
        if text(element, "RvslInd") in ("true", "1"):
            self.statements.doubt(statement, entry, turned(entry), currency)
        else:
            self.statements.add(statement, entry, currency)

    def _made(self, element: Element, amount: Decimal, currency: str) -> Entry:
        booked, value_day = _day(element, "BookgDt"), _day(element, "ValDt")
        day = booked or value_day
        additional = text(element, "AddtlNtryInf")
        groups = children(element, "NtryDtls")
        details = [d for g in groups for d in children(g, "TxDtls")]
        several = any(said(text(g, "Btch", "NbOfTxs")) not in ("", "1") for g in groups)
        entry = Entry(
            line_of(element),
            day,
            amount,
            number=self._number(element, day),
            value_day=value_day,
            booked=bool(booked),
            returns=_returns(element, details),
            batch=several or len(details) > 1,
        )
        parties = [self._party(d) for d in details]
        if len(details) == 1:
            entry.counterparty, entry.iban = parties[0]
            entry.charges = _kept_back(element, details[0], entry, currency)
        structured, texts = [], []
        for detail in details:
            known, free = _remittance(detail)
            structured += known
            texts += free
        entry.reference = reference_of(structured, [*texts, additional])
        if len(details) > 1:
            entry.details = [
                Entry(
                    line_of(d), day, value, counterparty=who[0], iban=who[1],
                    reference=reference_of(*_remittance(d)), charges=_charges(d, currency),
                )
                for d, who in zip(details, parties, strict=True)
                if (value := _detail_amount(d, amount, currency)) is not None
            ]  # fmt: skip
            if len(entry.details) < len(details):
                entry.details = ()
        return entry

    def _number(self, element: Element, day: str) -> str:
        """Return what the bank calls the entry, in every message that speaks of it."""
        if own := said(text(element, "AcctSvcrRef")):
            return own
        number = said(text(element, "NtryRef"))
        return f"{self.account} {day} {number}".strip() if number else ""

    def _party(self, detail: Element) -> tuple[str, str]:
        """Return name and account of the other side."""
        parties = child(detail, "RltdPties")
        found = []
        for role in ("Dbtr", "Cdtr"):
            iban = text(parties, f"{role}Acct", "Id", "IBAN")
            iban = account_of(iban or text(parties, f"{role}Acct", "Id", "Othr", "Id"))
            name = next(
                (
                    n
                    for who in (role, f"Ultmt{role}")
                    for n in (text(parties, who, "Nm"), text(parties, who, "Pty", "Nm"))
                    if n
                ),
                "",
            )
            found.append((tidy(name), iban))
        debtor, creditor = found
        # of a returned payment, some banks call us the debtor
        ours = debtor[1] == self.account != ""
        return creditor if ours and creditor[1] != self.account else debtor


def _day(element: Element, name: str) -> str:
    found = child(element, name)
    return (text(found, "Dt") or text(found, "DtTm"))[:10]


def _returns(element: Element, details: list[Element]) -> bool:
    """Return whether the entry takes back an earlier one of the other sign."""
    if text(element, "RvslInd") in ("true", "1"):
        return True
    codes = [child(e, "BkTxCd", "Domn", "Fmly") for e in (element, *details)]
    if any(text(c, "SubFmlyCd") in _RETURNS.get(text(c, "Cd"), ()) for c in codes):
        return True
    return bool(details) and all(child(d, "RtrInf") is not None for d in details)


def _detail_amount(detail: Element, whole: Decimal, currency: str) -> Decimal | None:
    """Return the signed amount of a detail, in the entry's currency; None where it has none."""
    for path in (("Amt",), ("AmtDtls", "TxAmt", "Amt"), ("AmtDtls", "InstdAmt", "Amt")):
        amount = child(detail, *path)
        value = number_of(text(amount))
        if amount is not None and value is not None and amount.get("Ccy") == currency:
            side = text(detail, "CdtDbtInd")
            positive = side == "CRDT" if side else whole > 0
            return value if positive else -value
    return None


def _charges(element: Element, currency: str) -> Decimal:
    """Return the charges that an entry or a detail says the bank took."""
    charges = child(element, "Chrgs")
    if charges is None:
        return Decimal(0)
    amounts = [a for r in children(charges, "Rcrd") if text(r, "CdtDbtInd") != "CRDT"
               for a in children(r, "Amt")]  # fmt: skip
    amounts = amounts or children(charges, "TtlChrgsAndTaxAmt") or children(charges, "Amt")
    found = [number_of(text(a)) for a in amounts if a.get("Ccy") in (currency, None)]
    return sum((f for f in found if f), Decimal(0))


def _kept_back(element: Element, detail: Element, entry: Entry, currency: str) -> Decimal:
    """Return by how much more was paid than came in; of a return, by how much less.

    Charges count where an amount of the detail is the entry's with them, or where the bank says
    that they are included.
    """
    paths = (("Amt",), ("AmtDtls", "InstdAmt", "Amt"), ("AmtDtls", "TxAmt", "Amt"))
    told = {
        value
        for path in paths
        if (amount := child(detail, *path)) is not None
        and amount.get("Ccy") == currency
        and (value := number_of(text(amount))) is not None
    }
    own = abs(entry.amount)
    if entry.amount < 0:
        less = [t for t in told if t < own]
        return own - max(less) if entry.returns and less else Decimal(0)
    charges = _charges(detail, currency) or _charges(element, currency)
    included = any(
        text(r, "ChrgInclInd") in ("true", "1")
        for e in (detail, element)
        if (found := child(e, "Chrgs")) is not None
        for r in children(found, "Rcrd")
    )
    return charges if own + charges in told or (included and told <= {own}) else Decimal(0)


def _remittance(detail: Element) -> tuple[list[str], list[str]]:
    """Return what a payment says it pays: structured references, free text."""
    structured: list[str] = []
    texts: list[str] = []
    information = child(detail, "RmtInf")
    for one in children(information, "Strd") if information is not None else ():
        structured.append(text(one, "CdtrRefInf", "Ref"))
        structured += [text(d, "Nb") for d in children(one, "RfrdDocInf")]
        texts += [a.text or "" for a in children(one, "AddtlRmtInf")]
    if information is not None:
        lines = [u.text or "" for u in children(information, "Ustrd")]
        # a full line goes on in the next
        texts.insert(0, "".join(t if len(t) >= _USTRD else f"{t} " for t in lines))
    texts.append(text(detail, "Refs", "EndToEndId"))
    texts.append(text(detail, "AddtlTxInf"))
    return structured, texts


SOURCE = CamtSource()

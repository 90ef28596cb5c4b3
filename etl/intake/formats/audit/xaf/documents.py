"""Which rows an XML Auditfile gives: lines on receivables accounts, and opening balances."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from data.core.texts import N_, NN_, Text
from etl.intake.formats.audit.xaf.books import Books, transactions
from etl.intake.formats.audit.xaf.parts import Line, Transaction
from etl.intake.formats.audit.xaf.sides import Both
from etl.intake.formats.records import Records
from etl.intake.source import SourceFile

_ANCIENT = 15
"""Years: a day before that is a mistake, not the age of an open item."""
_ZERO = Decimal(0)


class Reader:
    """Turns lines on receivables accounts into rows."""

    def __init__(self, books: Books, accounts: list[str], documents: Records) -> None:
        """Start with nothing read; rows, notes and what is left out go to `documents`."""
        self.books = books
        self.accounts = accounts
        self.documents = documents
        self.customers: set[str] = set()
        self.foreign = 0
        self.nameless = 0
        self.sold = any("sales" in books.moved.get(a, {}) for a in accounts)
        """Sales stand in journals of their own."""
        self.codes = self._real_codes()
        self.settled = books.invoices.both(accounts if self.codes else ())
        """Customer and invRef that stand on both sides."""

    def _code(self, customer: str, code: str, invoice: str) -> str | None:
        """Return what letters a row: its match code, or its invoice where the package has codes.

        A package that letters what is paid in full still names the invoice of a part payment.
        """
        if (customer, code) in self.codes:
            return code
        lettered = self.codes and (customer, invoice) in self.settled
        return f"invRef {invoice}" if lettered else None

    def _real_codes(self) -> Both:
        """Return customer and code of the match codes that stand on both sides."""
        debits, lowered, neither = (
            self.books.codes.on(side, "", *self.accounts) for side in ("D", "C", "")
        )
        both = debits & lowered
        if lone := len((debits | lowered | neither) - both):
            self.documents.notes.append(
                Text(
                    N_("Match codes that stand on one side only were not used: {count}."),
                    {"count": lone},
                )
            )
        return Both(both)

    def read(self, file: SourceFile) -> None:
        """Add the rows of the whole file, and note what the reader should know."""
        self._open()
        others = 0
        for transaction in transactions(file):
            mine = [x for x in transaction.lines if x.get("accID") in self.accounts]
            others += len(transaction.lines) - len(mine)
            for line in mine:
                self._add(transaction, line)
        if others:
            self.documents.leave_out(N_("other accounts"), others)
        for count, note in (
            (
                self.foreign,
                NN_(
                    "{count} row also gives an amount in another currency; the books' own is "
                    "used.",
                    "{count} rows also give an amount in another currency; the books' own is "
                    "used.",
                ),
            ),
            (
                self.nameless,
                NN_(
                    "{count} line on a receivables account names no customer: it is shown under "
                    "the account's own number.",
                    "{count} lines on receivables accounts name no customer: they are shown "
                    "under the account's own number.",
                ),
            ),
        ):  # fmt: skip
            if count:
                self.documents.notes.append(Text(note, {"count": count}))

    def _add(self, transaction: Transaction, line: Line) -> None:
        books = self.books
        kind = self._kind(transaction, line)
        detail = books.detail(transaction, line) or Line(0, {})
        invoice = line.real("invRef") or detail.real("invRef")
        number = transaction.number
        if books.repeats and not number.startswith(transaction.journal.id):
            number = f"{transaction.journal.id}.{number}"
        day = line.get("effDate") or transaction.cells.get("trDt", "")
        text = line.get("desc") or transaction.cells.get("desc", "")
        document = invoice or line.real("docRef") or number
        if kind == "payment":
            paid = line.real("docRef")
            own = paid and transaction.number.endswith(paid)
            document, text = number, invoice or " ".join(filter(None, ("" if own else paid, text)))
            if books.version.startswith("4"):
                day = transaction.cells.get("trDt", "") or day
        if line.currency and line.currency != books.header.get("curCode", line.currency):
            self.foreign += 1
        code = line.real("matchKeyID", "recRef") or detail.real("matchKeyID", "recRef")
        letter = self._code(line.get("custSupID"), code, invoice)
        self._row(
            line, kind, document, day, detail.get("invDueDt"), text, letter,
            branch=_only(line, transaction, "costID"), project=_only(line, transaction, "projID"),
        )  # fmt: skip

    def _kind(self, transaction: Transaction, line: Line) -> str:
        if transaction.is_opening:
            return "opening"
        lowers = line.signed < 0
        match transaction.journal.type:
            case "S":
                return "credit_note" if lowers else "invoice"
            case "B" | "C":
                return "payment"
        counters = {x.get("accID") for x in transaction.lines} - set(self.accounts)
        losses = {a for a in counters if self.books.is_loss(a)}
        if lowers and losses and all(self.books.is_vat(a) for a in counters - losses):
            return "write_off"
        if transaction.journal.type == "Z" or not self.sold:
            if any(self.books.is_revenue(a) for a in counters):
                return "credit_note" if lowers else "invoice"
            if any(self.books.is_money(a) for a in counters):
                return "payment"
        return "adjustment"

    def _row(
        self, line: Line, kind: str, document: str, day: str, due: str, text: str, code: str | None,
        owner: str = "", **dimensions: str,
    ) -> None:  # fmt: skip
        """Add a row for `line`: of its customer, or of its account where it names none."""
        if not line.side:
            self.documents.reject(
                line.line, "amntTp", line.get("amntTp"), N_("amntTp is neither D nor C."),
                N_("Correct the line: D stands for debit, C for credit."),
            )  # fmt: skip
            return
        customer = line.get("custSupID")
        if not customer:
            customer = line.get("accID") or owner
            self.nameless += not owner
        self.customers.add(customer)
        self.documents.add(
            line.line,
            document_id=document,
            customer_id=customer,
            kind=kind,
            issued_on=day[:10],
            due_on=due[:10],
            debit=line.get("amnt") if line.side == "D" else None,
            credit=line.get("amnt") if line.side == "C" else None,
            reference=text,
            match_code=code,
            **{"account": line.get("accID") or owner, **dimensions},
        )

    def _open(self) -> None:
        """Add the opening balance, unless transactions bring it in."""
        books, notes = self.books, self.documents.notes
        lines = [x for x in books.opening if x.get("accID") in self.accounts]
        if books.opened & set(self.accounts):
            if any(x.signed for x in lines):
                notes.append(
                    Text(N_("The opening balance is taken from the transactions of the opening "
                            "journal; the section openingBalance was not added to it."))
                )  # fmt: skip
            return
        if not lines and not books.opening_details:
            if self.accounts:
                notes.append(
                    Text(
                        N_("The file has no opening balance of receivables: what was open before "
                           "{day} is missing, unless the year before is loaded too."),
                        {"day": books.start},
                    )
                )  # fmt: skip
            return
        first_day = books.opening_day or books.start
        left = dict.fromkeys(self.accounts, _ZERO)
        holder: dict[str, Line] = {}
        for line in lines:
            left[line.get("accID")] += line.signed
            holder.setdefault(line.get("accID"), line)
        for line, account in self._opening_details():
            left[account] -= line.signed
            issued = line.get("invDt")[:10]
            day = issued if _is_age(issued, first_day) else first_day
            document = line.real("invRef", "docRef") or line.get("nr")
            code = line.real("matchKeyID", "recRef")
            letter = self._code(line.get("custSupID"), code, line.real("invRef"))
            due, text = line.get("invDueDt"), line.get("desc")
            self._row(line, "opening", document, day, due, text, letter, account=account)
        for account, rest in left.items():
            if rest and account in holder:
                cells = {"amnt": str(abs(rest)), "amntTp": "D" if rest > 0 else "C"}
                entry = Line(holder[account].line, cells)
                self._row(entry, "opening", account, first_day, "", "", None, account)
                notes.append(
                    Text(
                        N_("{amount} of the opening balance of account {account} is told of no "
                           "customer: it is shown under the account's own number."),
                        {"amount": rest, "account": account},
                    )
                )  # fmt: skip
            elif rest:
                notes.append(
                    Text(
                        N_("The customers' opening balances come to {amount}, but account "
                           "{account} has none."),
                        {"amount": -rest, "account": account},
                    )
                )  # fmt: skip

    def _opening_details(self) -> Iterable[tuple[Line, str]]:
        """Yield what was open by customer, with its account."""
        books = self.books
        account_of = {x.get("nr"): x.get("accID") for x in books.opening}
        for line in books.opening_details:
            account = line.get("accID") or account_of.get(line.get("obLineNr"), "")
            relation = books.relations.get(line.get("custSupID"))
            sold = line.get("invPurSalTp").upper() == "S" or (
                line.get("invPurSalTp") == "" and relation is not None and relation.type == "C"
            )
            if account:
                if account in self.accounts:
                    yield line, account
            elif line.kind in ("CU", "C") or (line.kind == "CS" and sold):
                yield line, self.accounts[0]
        if books.opening_details or not books.version.startswith("4"):
            return
        for number, relation in books.relations.items():
            side = relation.cells.get("opBalTp", "")
            amount = relation.cells.get("opBalDesc", "")
            line = Line(relation.line, {"custSupID": number, "amnt": amount, "amntTp": side})
            if relation.type == "C" and line.signed:
                line.cells["nr"] = number
                yield line, self.accounts[0]


def _only(line: Line, transaction: Transaction, name: str) -> str:
    """Return a cost centre or project: the line's own, else the only one of its transaction."""
    found = {told for x in transaction.lines if (told := x.get(name))}
    return line.get(name) or (found.pop() if len(found) == 1 else "")


def _is_age(issued: str, first_day: str) -> bool:
    """Return whether an open item can have been issued then, before the books begin."""
    try:
        years = date.fromisoformat(first_day).year - date.fromisoformat(issued).year
    except ValueError:
        return False
    return issued <= first_day and years <= _ANCIENT

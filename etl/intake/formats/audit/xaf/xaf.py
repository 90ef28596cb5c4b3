"""Dutch XML Auditfile Financieel (XAF) 3.0 to 4.0: the books of one year, all accounts.

Published by the Belastingdienst: 3.1 and 3.2 (auditfiles.nl), 3.2.1 and 4.0 (odb.belastingdienst.
nl). Namespaces are not to be relied on, so a file is known by its root and what stands in it.
Version 2 (CLAIR2) has other elements and is refused by name.

It gives every line of every account, customers with VAT number, country, credit limit and IBAN,
and, up to 3.2.1 and where the package fills it, a subledger with due days and matching. It lacks
due days in 4.0, terms everywhere, and often which payment settles which invoice.

What is made of it:

- Receivables accounts are those the user names (`ReadOptions.receivables_accounts`, unless that is
  the default of French books), else those whose RGS code is BVorDeb without the provision, else
  those on which lines of customers stand in debit in sales journals and in credit in bank or cash
  journals, else the counter account of sales journals, else those called Debiteuren.
- Each line on them is one document of its customer, or of the account itself where it names none,
  so that the balance is the ledger's. Lines on other accounts are left out.
- The journal tells the kind: S invoice or credit note by its sign, B and C payment, O or period 0
  opening. Others are adjustments; write-offs where all other lines of the transaction stand on the
  cost of bad debts or the provision (and VAT). A correction of revenue in the memorial is an
  adjustment too, not a credit note: no customer has received one. In journals of type Z (other),
  and everywhere where no sales journal touches receivables, revenue on the other side makes an
  invoice or credit note, and bank or cash a payment.
- The day is effDate, the day of the event; trDt is when it was entered (Twinfield writes the two a
  month apart, and effDate lies in the period booked). In 4.0 effDate is defined as the day of the
  invoice, so payments take trDt there.
- The number is invRef, else docRef, else the transaction's; for a payment the transaction's, since
  invRef is what it pays. 0 stands for nothing (Exact Online and Twinfield write it).
- Due days come from the subledger (invDueDt), whose lines name lines of transactions; Twinfield
  puts journal and transaction before the numbers of the one and not of the other.
- matchKeyID, else recRef, is a match code where it stands on both sides of one customer; Twinfield
  gives a recRef to a single payment, which says nothing and would silence assumed matching.
- Opening balances: transactions where there are any (Twinfield), else openingBalance, by customer
  from obSubledgers, else from the customers' opBalDesc (an amount in 4.0). What these do not
  explain of a receivables account's obLine is an opening entry of the account itself.
- accID is the receivables account, costID the branch and projID the project by which figures are
  split: the line's own, else the only one that its transaction names.
- Amounts are in the books' currency; the original amount in another is only noted.
- linesCount, totalDebit and totalCredit agree in the real files at hand (Exact Online 3.2,
  Twinfield 3.1). Where one of count and sums differs while debit equals credit, the package counts
  in its own way, and that is noted; else something is missing and the file is refused.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import duckdb

from data.core.errors import FileError
from data.core.reading import Reading
from data.core.texts import N_, Text
from etl.intake.files.xml import root_of
from etl.intake.formats.audit.xaf.books import Books, read_books
from etl.intake.formats.audit.xaf.documents import Reader
from etl.intake.formats.audit.xaf.parts import Account, Line, Relation
from etl.intake.formats.records import Origin, Records, stage_records
from etl.intake.source import ReadOptions, SourceFile

_DOCUMENTS = {
    "document_id": "invRef",
    "customer_id": "custSupID",
    "kind": "jrnTp",
    "issued_on": "effDate",
    "due_on": "invDueDt",
    "debit": "amnt",
    "credit": "amnt",
    "reference": "desc",
    "match_code": "matchKeyID",
    "account": "accID",
    "branch": "costID",
    "project": "projID",
}
_CUSTOMERS = {
    "customer_id": "custSupID",
    "customer_name": "custSupName",
    "vat_number": "taxRegIdent",
    "country": "country",
    "iban": "bankAccNr",
    "credit_limit": "custCreditLimit",
}
_KINDS = ("invoice", "credit_note", "payment", "opening", "adjustment", "write_off")
_HINTS = (b"<custSupID", b"<trLine", b"<linesCount", b"<accID", b"CLAIR")
_FRENCH = ("411",)


class XafSource:
    """See the module."""

    name = "xaf"
    label = N_("Dutch XML Auditfile Financieel (XAF)")
    gives: tuple[str, ...] = (
        N_("invoices, credit notes, payments, write-offs and opening balances from the ledger"),
        N_("customers with VAT number, country, bank account and credit limit"),
        N_("due days and matching, where the subledger is filled (up to 3.2)"),
        N_("receivables accounts, cost centres and projects"),
    )
    lacks: tuple[str, ...] = (
        N_("due days in version 4.0"),
        N_("payment terms"),
        N_("often which payment settles which invoice"),
    )

    def identify(self, file: SourceFile) -> float:
        """See `etl.intake.source.Source.identify`."""
        space, root = root_of(file.head)
        if root.lower() != "auditfile":
            return 0.0
        if re.search(r"auditfiles\.nl|xml_?auditfile|/XAF/", space, re.IGNORECASE):
            return 1.0
        head = file.head.replace(b"\0", b"")
        return 0.8 if not space and any(hint in head for hint in _HINTS) else 0.0

    def read(
        self,
        file: SourceFile,
        connection: duckdb.DuckDBPyConnection,
        first_file_id: int,
        options: ReadOptions,
    ) -> list[Reading]:
        """See `etl.intake.source.Source.read`."""
        books = read_books(file)
        notes = _check_totals(file, books)
        given = options.receivables_accounts
        accounts, how = books.receivables(() if given == _FRENCH else given)
        if not accounts and books.lines:
            raise FileError(
                Text(
                    N_("Which accounts of {file} hold receivables cannot be told."),
                    {"file": file.name},
                ),
                Text(N_("Name them with --accounts, as in --accounts 1300.")),
            )
        if given != _FRENCH and how != "options":
            notes.append(
                Text(
                    N_("No account begins with {given}; receivables were found on {accounts}."),
                    {"given": ", ".join(given), "accounts": ", ".join(accounts)},
                )
            )
        if part := re.search(rb"Vervolgbestand\s+(\d+)\s+van\s+(\d+)", file.head):
            notes.append(
                Text(
                    N_("This is part {part} of {parts}: load the other parts too."),
                    {"part": int(part[1]), "parts": int(part[2])},
                )
            )
        settings = {
            "version": books.version,
            "receivables_accounts": " ".join(accounts),
            "receivables_found_by": how,
        }
        with Records("invoices", _DOCUMENTS) as documents, Records("customers", _CUSTOMERS) as who:
            documents.notes += notes
            reader = Reader(books, accounts, documents)
            reader.read(file)
            _add_customers(books, reader.customers, accounts, who)
            ledger = books.ledger
            origin = Origin(
                file.name,
                self.name,
                ledger=ledger,
                series="xaf",
                currency=books.header.get("curCode") or "EUR",
                kinds={kind: kind for kind in _KINDS},
                settings=settings,
            )
            readings = [stage_records(connection, documents, first_file_id, origin, options)]
            _keep_to_year(readings[0], books)
            if who.count:
                origin = Origin(f"{file.name} (customers)", self.name, ledger)
                readings.append(stage_records(connection, who, first_file_id + 1, origin, options))
        return readings


def _check_totals(file: SourceFile, books: Books) -> list[Text]:
    """Compare what was read with what the file says of itself.

    Raises `FileError` where the difference is more than a way of counting; see the module.
    """
    notes = []
    read = {"linesCount": Decimal(books.lines), "totalDebit": books.debit,
            "totalCredit": books.credit}  # fmt: skip
    wrong = []
    for name, found in read.items():
        said = Line(0, {"amnt": books.declared.get(name, "")}).amount
        if said is not None and said != found:
            wrong.append(name)
            notes.append(
                Text(
                    N_("{name} of the file is {said}, but its lines come to {found}."),
                    {"name": name, "said": said, "found": found},
                )
            )
    balanced = books.debit == books.credit
    both = "linesCount" in wrong and len(wrong) > 1
    if wrong and not books.unreadable and (both or (wrong != ["linesCount"] and not balanced)):
        raise FileError(
            Text(
                N_("{file} is not whole: {name} says {said}, but its lines come to {found}."),
                {"file": file.name, **notes[-1].values},
            ),
            Text(N_("Export it again, whole, and do not edit it.")),
        )
    if not balanced:
        notes.append(
            Text(
                N_("Debit and credit of all accounts differ by {count}: lines are missing."),
                {"count": books.debit - books.credit},
            )
        )
    return notes


def _add_customers(books: Books, used: set[str], accounts: list[str], records: Records) -> None:
    """Add customers: those called so, and whoever has a document, accounts included."""
    suppliers = 0
    for number, relation in books.relations.items():
        if number in used or relation.type in ("C", "B"):
            _add_customer(number, relation, records)
        else:
            suppliers += 1
    for relation in books.unnamed:
        _add_customer("", relation, records)
    for account in accounts:
        if account in used and account not in books.relations:
            found = books.accounts.get(account, Account(0, "", "", ""))
            records.add(found.line, customer_id=account, customer_name=found.name)
    if suppliers:
        records.leave_out(N_("suppliers"), suppliers)


def _add_customer(number: str, relation: Relation, records: Records) -> None:
    limit = relation.cells.get("custCreditLimit", "")
    records.add(
        relation.line,
        customer_id=number,
        customer_name=relation.cells.get("custSupName"),
        vat_number=relation.cells.get("taxRegIdent"),
        country=relation.country,
        iban=relation.iban,
        credit_limit=limit if limit.strip("0.") else None,  # packages write 0 for no limit
    )


def _keep_to_year(reading: Reading, books: Books) -> None:
    """Let the file stand for its own year, however old the items are that it opens with.

    Else the opening entries of a year would not be told from the documents of the one before.
    """
    for name, first, limit in (
        ("first_day", True, books.start),
        ("last_day", False, books.end),
    ):
        day = getattr(reading, name)
        try:
            edge = date.fromisoformat(limit)
        except ValueError:
            continue
        if day is not None:
            setattr(reading, name, max(day, edge) if first else min(day, edge))


SOURCE = XafSource()

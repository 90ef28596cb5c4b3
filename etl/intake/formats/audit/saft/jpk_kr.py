"""Polish JPK_KR and JPK_KR_PD, the standard audit files of accounting books.

One root, `JPK`. JPK_KR (2016): the accounts with their opening balances (`ZOiS`), the journal
(`Dziennik`), and the postings (`KontoZapis`), each on one account or on two. JPK_KR_PD, which takes
its place for years that begin in 2025 or later: the same with numbered elements. An account is one
of `ZOiS1` to `ZOiS8`, by the kind of company (S_1 ... S_12), an entry of the journal (D_1 ... D_12)
holds its postings (Z_1 ... Z_9), each on one side, and counterparties stand apart (T_1 ... T_3).
What is made of both: see etl/intake/formats/audit/saft/jpk_books.py. Of JPK_KR_PD besides:

- A file may begin within the year, whose opening balance S_4 and S_5 are: what an account held
  before the period is its closing balance (S_10, S_11) less what moved (S_6, S_7).
- Counterparties have a tax number and a country, but no name.
- Amounts in foreign currency (Z_5, Z_8) and the numbers of KSeF (D_12) are not read.

There are no due days, and nothing says which payment settles which invoice. Amounts are in the
file's currency. No real sample was at hand of either; written from the published description of
JPK_KR, version 1, and from descriptions of JPK_KR_PD (1), version 1-1.
"""

from __future__ import annotations

from decimal import Decimal

import duckdb

from data.core.reading import Reading
from data.core.texts import N_
from etl.intake.files.xml import Element, children, elements, line_of, name_of, text
from etl.intake.formats.audit.saft.books import money
from etl.intake.formats.audit.saft.jpk import is_jpk, ledger_of, stage_jpk
from etl.intake.formats.audit.saft.jpk_books import Account, Books, Party, Posting, Voucher
from etl.intake.formats.records import Origin, Records
from etl.intake.source import ReadOptions, SourceFile

_CODE = rb"JPK_KR(?!_(?!PD\b))"
_NEWER = rb"JPK_KR_PD\b"
_DOCUMENTS = {
    "document_id": "NrDowoduKsiegowego",
    "customer_id": "KodKonta",
    "kind": "kind",
    "issued_on": "DataDowodu",
    "debit": "KwotaWinien",
    "credit": "KwotaMa",
    "reference": "OpisZapisu",
    # lines of one voucher are documents of their own
    "instalment": "",
}
_CUSTOMERS = {"customer_id": "KodKonta", "customer_name": "OpisKonta"}
_NEWER_DOCUMENTS = _DOCUMENTS | {
    "document_id": "D_4",
    "customer_id": "Z_3, D_3",
    "issued_on": "D_7",
    "debit": "Z_4",
    "credit": "Z_7",
    "reference": "Z_2",
}
_NEWER_CUSTOMERS = {
    "customer_id": "S_1, T_1",
    "customer_name": "S_2",
    "vat_number": "T_3",
    "country": "T_2",
}
_PARTS = ("ZOiS", "Dziennik", "KontoZapis", "KontoZapisCtrl")
_NEWER_PARTS = ("Kontrahent", *(f"ZOiS{n}" for n in range(1, 9)), "Dziennik", "Ctrl")


class JpkKrSource:
    """See the module."""

    name = "jpk_kr"
    label = N_("Polish JPK_KR and JPK_KR_PD (accounting books)")
    gives: tuple[str, ...] = (
        N_("invoices, credit notes, payments, write-offs and opening balances from the ledger"),
        N_("customer numbers and names"),
    )
    lacks: tuple[str, ...] = (
        N_("due days"),
        N_("which payment settles which invoice"),
        N_("sectors and limits"),
    )

    def identify(self, file: SourceFile) -> float:
        """See `etl.intake.source.Source.identify`."""
        return 0.98 if is_jpk(file.head, _CODE) else 0.0

    def read(
        self,
        file: SourceFile,
        connection: duckdb.DuckDBPyConnection,
        first_file_id: int,
        options: ReadOptions,
    ) -> list[Reading]:
        """See `etl.intake.source.Source.read`: documents and, where there are any, customers."""
        newer = is_jpk(file.head, _NEWER)
        with Records("invoices", _NEWER_DOCUMENTS if newer else _DOCUMENTS) as documents, Records(
            "customers", _NEWER_CUSTOMERS if newer else _CUSTOMERS
        ) as customers:  # fmt: skip
            parts = _NEWER_PARTS if newer else _PARTS
            found = Books(documents, customers, options.receivables_accounts, parts[-1])
            for element in elements(file, *parts, "Podmiot1", "Naglowek"):
                match name_of(element):
                    case "Naglowek":
                        found.currency = text(element, "DomyslnyKodWaluty") or found.currency
                        found.start = text(element, "DataOd")[:10]
                    case "Podmiot1":
                        numbers = (text(e) for e in element.iter() if name_of(e) == "NIP")
                        found.seller = next(filter(None, numbers), "")
                    case _ if newer:
                        _take_newer(found, element)
                    case _:
                        _take(found, element)
            found.finish()
            origin = Origin(
                file.name,
                self.name,
                ledger=ledger_of(found.seller),
                series="jpk_kr",
                currency=found.currency,
            )
            return stage_jpk(connection, documents, customers, first_file_id, origin, options)


def _take(found: Books, element: Element) -> None:
    """Take an element of JPK_KR for what it is."""
    match name_of(element):
        case "ZOiS":
            found.accounts[text(element, "KodKonta")] = Account(
                line_of(element),
                _one_line(text(element, "OpisKonta")),
                _balance(element, "BilansOtwarciaWinien", "BilansOtwarciaMa"),
                text(element, "OpisKategorii"),
            )
        case "Dziennik":
            words = ("RodzajDowodu", "OpisDziennika", "OpisOperacji")
            entry = text(element, "NrZapisuDziennika")
            found.vouchers[entry] = Voucher(
                text(element, "NrDowoduKsiegowego") or entry,
                text(element, "DataDowodu")[:10] or text(element, "DataOperacji")[:10],
                " ".join(text(element, w) for w in words),
            )
        case "KontoZapis":
            for side in ("Winien", "Ma"):
                amount = text(element, f"Kwota{side}")
                found.post(
                    Posting(
                        line_of(element), text(element, "NrZapisu"),
                        text(element, f"KodKonta{side}"),
                        amount if side == "Winien" else "", amount if side == "Ma" else "",
                        text(element, f"OpisZapisu{side}"),
                    )
                )  # fmt: skip
        case _:
            found.said = {"W": text(element, "SumaWinien"), "M": text(element, "SumaMa")}


def _take_newer(found: Books, element: Element) -> None:
    """Take an element of JPK_KR_PD for what it is."""
    match name_of(element):
        case "Kontrahent":
            found.parties[text(element, "T_1")] = Party(
                line_of(element), text(element, "T_2").upper(), text(element, "T_3")
            )
        case "Dziennik":
            # partial journals may count their entries each from 1
            entry = f"{line_of(element)} {text(element, 'D_1')}"
            found.vouchers[entry] = Voucher(
                text(element, "D_4") or text(element, "D_1"),
                text(element, "D_7")[:10] or text(element, "D_6")[:10],
                " ".join(text(element, w) for w in ("D_5", "D_2", "D_10")),
                text(element, "D_3"),
            )
            for posting in children(element, "KontoZapis"):
                for name in [n for n in ("Z_4", "Z_7") if text(posting, n)] or ["Z_4"]:
                    amount = text(posting, name)
                    found.post(
                        Posting(
                            line_of(posting), entry, text(posting, "Z_3"),
                            amount if name == "Z_4" else "", amount if name == "Z_7" else "",
                            text(posting, "Z_2"),
                        )
                    )  # fmt: skip
        case "Ctrl":
            found.said = {"W": text(element, "C_4"), "M": text(element, "C_5")}
        case _:
            before = _balance(element, "S_10", "S_11") - _balance(element, "S_6", "S_7")
            closes = text(element, "S_10") or text(element, "S_11")
            found.accounts[text(element, "S_1")] = Account(
                line_of(element),
                _one_line(text(element, "S_2")),
                before if closes else _balance(element, "S_4", "S_5"),
                parent=text(element, "S_3"),
            )


def _balance(element: Element, debit: str, credit: str) -> Decimal:
    """Return the debit side less the credit side of two amounts of an account."""
    sides = [money(text(element, name)) or Decimal(0) for name in (debit, credit)]
    return sides[0] - sides[1]


def _one_line(words: str) -> str:
    return " ".join(words.split())


SOURCE = JpkKrSource()

"""French FEC, fichier des écritures comptables: the books of one year, all accounts.

Article A47 A-1 of the livre des procédures fiscales prescribes 18 columns (22 in the variant for
independents), tab or `|` between them, days as YYYYMMDD, decimal comma, and either Debit and
Credit or Montant and Sens. Packages pad, zero-fill and quote as they like; all of that is read.

What is made of it:

- Each row on a receivables account (`ReadOptions.receivables_accounts`, and where that is 411
  alone also 413, bills, and 416, doubtful: claims that go on) is one document of the
  auxiliary account, or of the account itself where there is none. The others are left out, but
  say what kind a document is: see etl/intake/formats/audit/fec/kinds.py.
- A document's day is EcritureDate, so that every balance is the ledger's on that day. Rows of
  the opening journal keep the day of the document they restate (PieceDate) where it is earlier:
  they are what was open when the books begin, and age from their own day.
- Amounts are the books' own, in EUR; what Montantdevise says is only noted, so that balances
  stay the ledger's to the cent.
- CompteNum is the receivables account by which figures are split; a FEC has no cost centres.
- EcritureLet letters the rows of one account and auxiliary; DateLet is when that was recorded.
- There are no due days: agreed terms from a customer list, or the stated default, give them.
"""

from __future__ import annotations

import re
import tempfile
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import duckdb

from data.core.errors import FileError
from data.core.reading import Reading
from data.core.texts import N_, NN_, Text
from etl.intake.files.delimited import head_text, plain_head
from etl.intake.files.encoding import examine, readable
from etl.intake.files.grid import BROKEN
from etl.intake.formats.audit.fec.cells import amount_of, cents_of, day_of, unspaced
from etl.intake.formats.audit.fec.kinds import KIND, derive_entry_signs
from etl.intake.formats.audit.fec.layout import (
    HEADERS,
    NEEDED,
    Layout,
    fields,
    layout_of,
    read_lines,
)
from etl.intake.source import ReadOptions, SourceFile
from etl.intake.staged import has_columns
from etl.intake.tables.columns import BLANK
from etl.intake.tables.money import MOST, TOO_LARGE

_LATIN_9 = re.compile(rb"[\xa4\xbc\xbd\xbe]")  # € Œ œ Ÿ there; ¤ ¼ ½ ¾ in Windows-1252

#: Customers, bills of exchange, doubtful customers.
CLAIMS = ("411", "413", "416")

_OTHER_ACCOUNTS = N_("other accounts")
_BLANK_LINES = N_("blank lines")
HEADERS_AGAIN = N_("repeated headers")

_NO_DAY = N_("EcritureDate is no day that exists.")
_NO_DAY_REMEDY = N_("Correct the cell: the day is written YYYYMMDD.")
_NO_AMOUNT = N_("This is no amount.")
_NO_AMOUNT_REMEDY = N_("Correct the cell: the amount is written 1234,56.")
_NO_SIDE = N_("Sens is neither D nor C.")
_NO_SIDE_REMEDY = N_("Correct the cell: D stands for debit, C for credit.")


class FecSource:
    """See the module."""

    name = "fec"
    label = N_("French FEC (fichier des écritures comptables)")
    gives: tuple[str, ...] = (
        N_("all documents of the receivables accounts"),
        N_("lettering as matches"),
        N_("opening balances"),
        N_("customer numbers and names"),
        N_("receivables accounts"),
    )
    lacks: tuple[str, ...] = (N_("due days"), N_("sectors and limits"))

    def identify(self, file: SourceFile) -> float:
        """See `etl.intake.source.Source.identify`."""
        layout = layout_of(plain_head(file).lstrip("ï»¿"))
        if layout is None or not layout.complete:
            return 0.0
        return 1.0 if len(layout.columns) >= 12 else 0.9

    def read(
        self,
        file: SourceFile,
        connection: duckdb.DuckDBPyConnection,
        first_file_id: int,
        options: ReadOptions,
    ) -> list[Reading]:
        """See `etl.intake.source.Source.read`."""
        facts = examine(file, options.encoding)
        if facts.encoding == "cp1252" and options.encoding is None and _is_latin_9(file.path):
            facts = replace(facts, encoding="iso-8859-15")
        layout = layout_of(head_text(file, facts.encoding))
        if layout is None or not layout.complete:
            raise _no_fec(file, layout)
        with tempfile.TemporaryDirectory() as folder:
            path = readable(file, facts, Path(folder))
            try:
                read_lines(connection, path)
            except duckdb.Error as error:
                raise FileError(
                    Text(
                        N_("{file} cannot be read as lines of text: {error}"),
                        {"file": file.name, "error": str(error).splitlines()[0]},
                    ),
                    Text(N_("Export it again.")),
                ) from error
        accounts = options.receivables_accounts
        if accounts == CLAIMS[:1]:
            accounts = CLAIMS
        reading = Reading(
            name=file.name,
            format=self.name,
            rows_kind="ledger",
            ledger=_ledger(file.name),
            series="fec",
            settings={
                "encoding": facts.encoding,
                "separator": layout.separator,
                "receivables_accounts": " ".join(accounts),
            },
        )
        try:
            _parse(connection, layout, accounts)
            _stage(connection, first_file_id, reading)
            _count(connection, layout, reading)
        finally:
            for table in ("fec_line", "fec_row", "fec_entry"):
                connection.execute(f"drop table if exists {table}")
        return [reading]


def _ledger(name: str) -> str:
    found = re.match(r"(\d{9})FEC\d{8}", name, re.IGNORECASE)
    return f"fec:{found[1]}" if found else "fec:"


def _is_latin_9(path: Path) -> bool:
    """Return whether text that is not UTF-8 is ISO-8859-15 rather than Windows-1252."""
    shown = False
    with path.open("rb") as stream:
        while chunk := stream.read(1 << 22):
            if re.search(rb"[\x80-\x9f]", chunk):
                return False
            shown = shown or _LATIN_9.search(chunk) is not None
    return shown


def _no_fec(file: SourceFile, layout: Layout | None) -> FileError:
    missing = [
        {"day": "EcritureDate"}.get(c, c) for c in NEEDED if layout and c not in layout.columns
    ]
    if layout and not missing:
        missing = ["Debit, Credit"]
    return FileError(
        Text(
            N_("{file} has not the columns of an FEC: {missing}."),
            {"file": file.name, "missing": ", ".join(missing) or "JournalCode, CompteNum"},
        ),
        Text(N_("Export it again with its header row, or load it with a mapping file.")),
    )


#: Read for every row; the others only for rows on receivables accounts, and for broken ones.
_ALWAYS = ("journal", "entry", "day", "account", "piece", "debit", "credit", "montant", "sens")
_MONEY = ("debit", "credit", "montant")
#: Around a cell these may stand, besides spaces.
_ODD = ('"', "\u00a0", "\u202f", "\u2009", "\t")


def _parse(
    connection: duckdb.DuckDBPyConnection, layout: Layout, prefixes: tuple[str, ...]
) -> None:
    """Make `fec_row`: the rows with their cells read, and `fec_entry`: what each entry is about."""

    # trimming more than spaces is slow, and few files need it
    signs = [c for c in _ODD if c != layout.separator]
    has_odd = connection.execute(
        "select 1 from fec_line where "
        + " or ".join(f"contains(t, ${name})" for name in "abcde"[: len(signs)])
        + " limit 1",
        dict(zip("abcde", signs, strict=False)),
    ).fetchone()
    odd = f", {BLANK} || '\"'" if has_odd else ""

    def cell(name: str) -> str:
        if name not in layout.columns:
            return "null::varchar"
        field = f"f[{layout.columns[name] + 1}]"
        text = f"nullif(trim({field}{odd}), '')"
        if name == "piece":  # Odoo writes - where an entry has no number of its own
            text = f"case when regexp_matches({text}, '[0-9A-Za-z]') then {text} end"
        return unspaced(text) if name in _MONEY else text

    side = (
        "case when upper(left(sens, 1)) in ('D', '+') or sens = '1' then 1"
        " when upper(left(sens, 1)) in ('C', '-') then -1 end"
    )
    signed = "debit" not in layout.columns or "credit" not in layout.columns
    if signed:
        value, proof = f"({side}) * {amount_of('montant')}", f"({side}) * {cents_of('montant')}"
    else:
        value = f"({amount_of('debit')}) - ({amount_of('credit')})"
        proof = f"{cents_of('debit')} - {cents_of('credit')}"
    # the journal's name tells an opening entry, whichever of its rows is looked at
    always = ", ".join(f"{cell(c)} as {c}" for c in (*_ALWAYS, "journal_name"))
    rest = ", ".join(
        f"case when receivable or broken is not null then {cell(c)} end as {c}"
        for c in HEADERS
        if c not in (*_ALWAYS, "journal_name")
    )
    mine = " or ".join(f"starts_with(account, $account{i})" for i in range(len(prefixes)))
    lines, parameters = fields(layout)
    connection.execute(
        f"""
        create or replace temp table fec_row as
        with always as (select line, text as raw, broken, f, {always} from ({lines})),
        owned as (select *, coalesce({mine or "false"}, false) as receivable from always),
        valued as (
            select * exclude (raw, f), case when broken is not null then raw end as raw, {rest},
                {day_of("day")} as on_day, {value} as value,
                {f"({side}) is null" if signed else "false"} as no_side
            from owned
        ),
        judged as (
            select *, try_cast(value as decimal(18, 2)) as amount,
                case
                    when broken = 'blank' then 'blank'
                    when lower(account) = 'comptenum' and lower(journal) = 'journalcode'
                        then 'header'
                    when not receivable and (
                        broken is null and account is not null
                        or regexp_full_match(account, '[0-9][0-9A-Z]*')
                    ) then 'other'
                    when broken is not null or account is null or on_day is null
                        or try_cast(value as decimal(18, 2)) is null
                        or abs(value) >= {MOST} then 'refused'
                    else 'kept'
                end as fate
            from valued
        )
        select *, case when fate = 'kept' then {proof} end as cents from judged
        """,
        {**parameters, **{f"account{i}": p for i, p in enumerate(prefixes)}},
    )
    derive_entry_signs(connection)


def _stage(connection: duckdb.DuckDBPyConnection, file_id: int, reading: Reading) -> None:
    """Insert documents, customers and rejects."""
    has_columns(
        connection, ("book_account", "account", "currency", "reference", "match_code", "matched_on")
    )
    connection.execute(
        f"""
        insert into staged_documents by name
        with kinds as (
            select r.*, {day_of("r.piece_day")} as of_day, {KIND} as kind,
                case when not starts_with(r.account, '411') then e.only_aux end as only_aux
            from fec_row as r left join fec_entry as e using (entry_key) where r.fate = 'kept'
        )
        select $file_id as file_id, line, $ledger as ledger, account as book_account, account,
            coalesce(aux, only_aux, account) as customer_id,
            coalesce(piece, entry) as document_id, kind,
            case when kind = 'opening' and of_day < on_day and of_day > on_day - interval 15 year
                then of_day else on_day end as issued_on,
            amount, 'EUR' as currency, text as reference, "let" as match_code,
            case when "let" is not null then {day_of("let_day")} end as matched_on
        from kinds order by line
        """,
        {"file_id": file_id, "ledger": reading.ledger},
    )
    connection.execute(
        """
        insert into staged_customers by name
        select $file_id as file_id, min(line) as line, coalesce(aux, account) as customer_id,
            arg_max(coalesce(case when aux is null then account_name else aux_name end),
                (on_day, line)) as customer_name
        from fec_row where fate = 'kept'
        group by coalesce(aux, account) order by line
        """,
        {"file_id": file_id},
    )
    reasons = {
        "no_day": _NO_DAY,
        "no_day_remedy": _NO_DAY_REMEDY,
        "no_amount": _NO_AMOUNT,
        "no_amount_remedy": _NO_AMOUNT_REMEDY,
        "no_side": _NO_SIDE,
        "no_side_remedy": _NO_SIDE_REMEDY,
        "too_large": TOO_LARGE,
        "too_large_remedy": N_("Correct the amount, or remove the row."),
        "no_account": N_("The row names no account."),
        "no_account_remedy": N_("Add CompteNum, or remove the row."),
    }
    for why, (reason, remedy) in BROKEN.items():
        reasons |= {why: reason, f"{why}_remedy": remedy}
    # which cell, what stands there, why
    connection.execute(
        f"""
        insert into rejects by name
        with judged as (
            select *, case
                when broken is not null then broken
                when account is null then 'no_account'
                when on_day is null then 'no_day'
                when abs(value) >= {MOST} then 'too_large'
                when no_side and {amount_of("montant")} is not null then 'no_side'
                else 'no_amount' end as why
            from fec_row where fate = 'refused'
        )
        select $file_id as file_id, line,
            case why when 'no_account' then 'CompteNum' when 'no_day' then 'EcritureDate'
                when 'no_side' then 'Sens'
                when 'too_large' then case when montant is not null then 'Montant'
                    when abs({amount_of("debit")}) >= {MOST} then 'Debit' else 'Credit' end
                when 'no_amount' then case when montant is not null then 'Montant'
                    when {amount_of("debit")} is null then 'Debit' else 'Credit' end
                else '' end as column_name,
            case why when 'no_day' then day when 'no_side' then sens
                when 'too_large' then case when montant is not null then montant
                    when abs({amount_of("debit")}) >= {MOST} then debit else credit end
                when 'no_amount' then case when montant is not null then montant
                    when {amount_of("debit")} is null then debit else credit end
                end as value,
            case why {" ".join(f"when '{w}' then ${w}" for w in _whys(reasons))} end as reason,
            case why {" ".join(f"when '{w}' then ${w}_remedy" for w in _whys(reasons))}
                end as remedy,
            json_object('JournalCode', journal, 'EcritureNum', entry, 'EcritureDate', day,
                'CompteNum', account, 'CompAuxNum', aux, 'PieceRef', piece, 'Debit',
                coalesce(debit, montant), 'Credit', coalesce(credit, sens), 'line', raw)::varchar
                as raw
        from judged order by line
        """,
        {"file_id": file_id, **reasons},
    )


def _whys(reasons: dict[str, str]) -> list[str]:
    return [w for w in reasons if not w.endswith("_remedy")]


def _count(connection: duckdb.DuckDBPyConnection, layout: Layout, reading: Reading) -> None:
    """Fill in the counts, the period, the control total and the notes of `reading`."""
    found = connection.execute(
        f"""
        select count(*), count(*) filter (where fate = 'kept'),
            count(*) filter (where fate = 'refused'),
            min(on_day) filter (where fate = 'kept'), max(on_day) filter (where fate = 'kept'),
            coalesce(sum(cents) filter (where fate = 'kept'), 0),
            coalesce(sum(amount) filter (where broken is null and fate <> 'header'), 0.00),
            count(*) filter (where fate = 'other'), count(*) filter (where fate = 'blank'),
            count(*) filter (where fate = 'header'),
            count(*) filter (where fate = 'kept' and value <> amount),
            count(*) filter (where fate = 'kept' and "let" is not null
                and let_day is not null and {day_of("let_day")} is null),
            count(*) filter (where fate = 'kept' and "foreign" is not null
                and coalesce(upper(currency), 'EUR') <> 'EUR'
                and regexp_matches("foreign", '[1-9]')),
            count(*) filter (where fate = 'kept' and "let" is not null),
            (select count(*) from fec_row join fec_entry using (entry_key)
                where fate = 'kept' and transfer and not opening and amount > 0)
        from fec_row
        """
    ).fetchone()
    if found is None:  # an aggregate always answers
        return
    reading.rows_read, reading.rows_kept, reading.rows_rejected = found[:3]
    reading.first_day, reading.last_day = found[3:5]
    reading.control_total = Decimal(found[5]).scaleb(-2)
    reading.totals = {"EUR": reading.control_total} if reading.rows_kept else {}
    for reason, n in zip((_OTHER_ACCOUNTS, _BLANK_LINES, HEADERS_AGAIN), found[7:10], strict=True):
        if n:
            reading.left_out[reason] = n
    unbalanced = Decimal(found[6])
    notes = (
        (unbalanced, N_("Debit and Credit of all accounts differ by {count}: rows are missing.")),
        (
            found[10],
            NN_(
                "{count} amount has more than two decimals and was rounded.",
                "{count} amounts have more than two decimals and were rounded.",
            ),
        ),
        (
            found[11],
            NN_(
                "{count} value of DateLet is no day and was ignored.",
                "{count} values of DateLet are no days and were ignored.",
            ),
        ),
        (
            found[12],
            NN_(
                "{count} row also gives an amount in another currency; the books' own is used.",
                "{count} rows also give an amount in another currency; the books' own is used.",
            ),
        ),
        (
            found[14],
            NN_(
                "{count} row carries a claim over to another account (413 bills, 416 doubtful): "
                "it is still owed, with the due day of its invoice.",
                "{count} rows carry a claim over to another account (413 bills, 416 doubtful): "
                "it is still owed, with the due day of its invoice.",
            ),
        ),
        (
            0 if found[13] or not reading.rows_kept else 1,
            N_("No row is lettered: payments are matched by assumption."),
        ),
        (
            0 if reading.rows_kept else 1,
            N_("No row stands on a receivables account (411): name others with --accounts."),
        ),
    )
    reading.notes += [Text(template, {"count": n}) for n, template in notes if n]
    reading.settings["columns"] = ", ".join(layout.headers[i] for i in layout.columns.values())


SOURCE = FecSource()

"""Companies: the reader's own, or the customers; in a column, or above the rows of each."""

from __future__ import annotations

import re

import duckdb

from data.core.errors import FileError
from data.core.reading import Choice, Question, Value
from data.core.texts import N_, NN_, Text
from etl.intake.header_words import DIMENSIONS
from etl.intake.headers import bare, is_called, is_customer_reference, meanings
from etl.intake.source import ReadOptions
from etl.intake.tables.columns import any_row
from etl.intake.tables.plan import DAYS, PAYING, Plan
from etl.intake.tables.rows import TOTAL
from etl.intake.tables.words import listed

FEW = 12
"""More different values than this are not shown one by one."""

COMPANIES = frozenset(
    map(bare, listed(DIMENSIONS["company"], ";"))
) | {"businessunit", "division", "branch", "etablissement"}  # fmt: skip
_PAYER = N_("{column} names one company in all rows: is it the customer, or your own company?")
_COMPANY = N_(
    "{column} names several companies: {words}. Is a customer number the same customer in all of"
    " them, or has each company its own customers and invoice numbers?"
)


#: A code as books call their companies, and nobody a customer.
_COMPANY_CODE = r"[A-Z]{0,5}[-_ ]?\d{1,5}"


def settle_company(connection: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    """Take the one company that all rows name for the reader's own, and not for the customer.

    Payments that name their invoices need no customer.
    """
    _part_with_company(connection, plan)
    name = "customer_name" if "customer_name" in plan.columns else "customer_id"
    cell = plan.columns.get(name)
    if cell is None and plan.rows_kind == "payments" and "pays" in plan.columns:
        plan.rows_kind = "bank"
    if cell is None or bare(plan.header(name)) not in COMPANIES:
        return
    header, alone = plan.header(name), plan.columns.get("customer_id") == cell
    companies = _first(connection, plan, cell)
    if len(companies) != 1:
        return
    if alone and not plan.names_what_is_paid:
        _ask_alone(connection, plan, cell, header)
        return
    if alone and plan.rows_kind in PAYING:
        plan.rows_kind = "bank"
    elif alone or (
        len(_first(connection, plan, plan.columns["customer_id"])) < 2
        and not re.fullmatch(_COMPANY_CODE, companies[0])
    ):  # fmt: skip
        return
    plan.columns = {n: c for n, c in plan.columns.items() if c != cell}
    plan.notes = [n for n in plan.notes if header not in n.values.values()]
    if plan.rows_kind != "bank" and (names := _other_names(plan, cell)):
        plan.columns["customer_name"] = names[0]


def _other_names(plan: Plan, company: str) -> list[str]:
    """Return the columns that are the customers' name, if the one so called is a company's."""
    used = {*plan.columns.values(), company}
    return [
        f"c{place}"
        for place, header in enumerate(plan.grid.headers)
        if ("customer_name" in meanings(header) or is_called(header)) and f"c{place}" not in used
    ]


#: Headers of a number, of whatever it is.
CODES = ("id", "nummer", "number", "no", "nr", "code", "numero", "num", "n", "ref", "konto",
         "kontonr", "kontonummer", "rekening", "compte")  # fmt: skip
_REFERENCE = N_(
    "Is {column} the number of the customers, or a reference of their own? Nothing in {file} shows"
    " it."
)


def settle_reference(connection: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    """Tell a customer's number from a reference that customers give, where no other number is.

    Both are called a customer reference. A number is the same in all rows of a name, and no other
    name has it; a reference is another one in each row. Where no customer has two rows, it is
    asked.
    """
    cells = [f"c{n}" for n, h in enumerate(plan.grid.headers) if is_customer_reference(h)]
    own, name = plan.columns.get("customer_id"), plan.columns.get("customer_name")
    if own is not None and name is None and own not in cells and is_called(
        plan.header("customer_id")
    ):  # fmt: skip
        name = own
    if not cells and own is not None and own == name:
        _settle_code(connection, plan, name)
        return
    two = "customer_name" in plan.columns  # else both are one column
    if own and name and two and is_called(plan.header("customer_id")) and is_called(
        plan.header("customer_name")
    ):  # fmt: skip
        _settle_called(connection, plan, own, name)
        return
    if len(cells) != 1 or own not in (name, *cells):
        return
    (cell,) = cells
    if cell in (plan.columns.get("document_id"), plan.columns.get("pays")):
        return
    header = plan.grid.headers[int(cell[1:])]
    named = name and name != cell
    if plan.rows_kind == "customers":
        number: bool | None = True  # each has one row
    else:
        number = (_is_number(connection, plan, cell, name) if name and named
                  else _repeats(connection, plan, cell))  # fmt: skip
    if number is None:
        choices = (
            Choice("number", N_("their number"), plan.answer({"customer_id": header})),
            Choice("reference", N_("a reference of their own"), plan.answer({"reference": header})),
        )
        text = Text(_REFERENCE, {"column": header, "file": plan.grid.name})
        plan.questions.append(Question("customer", text, choices, header))
    if number and name and named:
        _take_number(plan, cell, name)


def _settle_code(connection: duckdb.DuckDBPyConnection, plan: Plan, name: str) -> None:
    """Take a column called no more than a number or a code for the customers', where it shows."""
    used = set(plan.columns.values())
    cells = [f"c{n}" for n, h in enumerate(plan.grid.headers) if bare(h) in CODES]
    cells = [cell for cell in cells if cell not in used]
    if len(cells) == 1 and plan.holds_documents and _is_number(connection, plan, cells[0], name):
        _take_number(plan, cells[0], name)


def _settle_called(connection: duckdb.DuckDBPyConnection, plan: Plan, own: str, name: str) -> None:
    """Take for the number the one of two columns called a customer whose cells hold digits.

    Both words may mean either: the name is where words are, whichever column stands first.
    """
    plain = "count({0}) filter (not regexp_matches({0}, '[0-9]')) > {1} * count({0})".format
    found = connection.execute(
        f"select {plain(own, _OFTEN)} and not {plain(name, _SELDOM)} from {plan.grid.table}"
        " where broken is null"
    ).fetchone()
    if found and found[0]:
        _take_number(plan, name, own)


def _take_number(plan: Plan, cell: str, name: str) -> None:
    """Let one column be the number of the customers and another one their name."""
    called = plan.grid.headers[int(name[1:])]
    plan.columns = {n: c for n, c in plan.columns.items() if c != cell}
    plan.columns |= {"customer_id": cell, "customer_name": name}
    plan.labels = tuple(label for label in plan.labels if label != cell)
    plan.notes = [n for n in plan.notes if called not in n.values.values()]


#: Share of what could contradict a meaning that may: one name is written twice, two have the same.
_SELDOM, _OFTEN = 0.1, 0.5


def _is_number(
    connection: duckdb.DuckDBPyConnection, plan: Plan, cell: str, name: str
) -> bool | None:
    """Return whether each name has one value of a column, and no other name has it.

    None: the rows do not show it.
    """
    rows, filled, names, values, pairs = connection.execute(
        f"select count(*), count({cell}), count(distinct {name}), count(distinct {cell}),"
        f" count(distinct ({name}, {cell})) from {plan.grid.table}"
        f" where broken is null and {name} is not null"
    ).fetchone() or (0, 0, 0, 0, 0)
    again = rows - names
    several, shared = pairs - names + rows - filled, names - values
    if shared >= _OFTEN * names or (again and several >= _OFTEN * again):
        return False
    if again and several <= _SELDOM * again and shared <= _SELDOM * names:
        return True
    return None


def _repeats(connection: duckdb.DuckDBPyConnection, plan: Plan, cell: str) -> bool | None:
    """Return whether many rows have a value that another row has; None where few do."""
    rows, values = connection.execute(
        f"select count({cell}), count(distinct {cell}) from {plan.grid.table} where broken is null"
    ).fetchone() or (0, 0)
    return True if rows and rows - values >= _OFTEN / 2 * rows else None


def _part_with_company(connection: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    """Take a company for no name of the customers, where few stand beside many of these.

    Or where one customer stands beside several, or another column is their name.
    """
    cell, own = plan.columns.get("customer_name"), plan.columns.get("customer_id")
    if cell is None or own in (None, cell) or bare(plan.header("customer_name")) not in COMPANIES:
        return
    companies, customers, most = connection.execute(
        f"select count(distinct company), count(distinct customer), max(n) from (select"
        f" {cell} as company, {own} as customer, count(distinct {cell}) over (partition by {own})"
        f" as n from {plan.grid.table} where broken is null and {cell} is not null)"
    ).fetchone() or (0, 0, 0)
    names = _other_names(plan, cell)
    if companies > 1 and (names or 2 * companies <= customers or most > 1):
        del plan.columns["customer_name"]
        plan.columns |= {"customer_name": names[0]} if names else {}


def _ask_alone(connection: duckdb.DuckDBPyConnection, plan: Plan, cell: str, header: str) -> None:
    """Ask who the one company of all rows is, where rows between them hold nothing but a text.

    Those may be the customers, each above its documents, and the company the reader's own. So may
    it be on payments with a reference, which may name what each is for.
    """
    customer = Choice("customer", N_("the customer of all rows"),
                      plan.answer({"customer_name": header}))  # fmt: skip
    if plan.rows_kind == "payments" and "reference" in plan.columns:
        named = plan.answer({"reference": plan.header("reference")}, rows="bank")
        own = Choice("own", N_("your own company: the reference says what was paid"),
                     {**named, "unread": {header: "harmless"}})  # fmt: skip
        text = Text(_PAYER, {"column": header})
        plan.questions.append(Question("company", text, (customer, own), header))
        return
    filled = " + ".join(f"({c} is not null)::int" for c in plan.grid.cells)
    found = connection.execute(
        f"select count(*) filter ({cell} is null and filled = 1), any_value({cell}),"
        f" count({cell}) from (select *, {filled} as filled from {plan.grid.table})"
    ).fetchone()
    if not found or not found[0]:
        return
    asked = NN_(
        "{company} stands in {column} of all rows, and {count} row holds nothing but a text: is "
        "it the customer, or your own company and that text is the customer?",
        "{company} stands in {column} of all rows, and {count} rows hold nothing but a text: is "
        "it the customer, or your own company and these are the customers?",
    )
    said = {"company": found[1], "column": header, "count": found[0]}
    plan.questions.append(
        Question(
            "company", Text(asked, said), (customer,), header,
            (Value(str(found[1]), int(found[2])),),
        )
    )  # fmt: skip


def _first(connection: duckdb.DuckDBPyConnection, plan: Plan, cell: str) -> list[str]:
    """Return the different cells of a column, two of them at most."""
    found = connection.execute(
        f"select distinct {cell} from {plan.grid.table} where {cell} is not null"
        " and broken is null limit 2"
    ).fetchall()
    return [str(value) for (value,) in found]


def ask_company(connection: duckdb.DuckDBPyConnection, plan: Plan, cell: str, header: str) -> None:
    """Ask whether several companies of the reader's own share their customers.

    Where one number has two names, or one document number stands twice, they do not.
    """
    found = connection.execute(
        f"select {cell}, count(*) from {plan.grid.table} where {cell} is not null"
        " and broken is null group by 1 order by 2 desc, 1"
    ).fetchall()
    if len(found) < 2:
        return
    values = tuple(Value(str(w), int(n)) for w, n in found[:FEW])
    shared = Choice("shared", N_("the same customer in all: they are one book"),
                    {"unread": {header: "harmless"}})  # fmt: skip
    apart = tuple(
        Choice(v.text, v.text, {"source": {"ledger": v.text}, "keep": {header: [v.text]}})
        for v in values
    )
    own = Choice("own", N_("customers of its own each: the company goes before their numbers"),
                 _each_its_own(plan, header))  # fmt: skip
    said = {"column": header, "words": ", ".join(v.text for v in values)}
    plan.questions.append(
        Question("company", Text(_COMPANY, said), (shared, own, *apart), header, values)
    )


def _each_its_own(plan: Plan, header: str) -> dict[str, dict[str, object]]:
    """Return what a mapping file says where each company has its own numbers of customers."""
    # a mapping that derives columns names some
    named = {n: h for n, h in plan.named().items() if n in ("document_id", "issued_on")}
    number = {"join": [header, plan.header("customer_id")], "by": "/"}
    return {
        **plan.answer(named),
        "derived": {"customer_id": number},
        "unread": {header: "harmless"},
    }


#: Names that are less alike than this are not one name written in two ways.
_ALIKE = 0.75


def own_companies(
    connection: duckdb.DuckDBPyConnection, plan: Plan, _: ReadOptions
) -> tuple[dict[str, dict[str, object]], Text] | None:
    """Return that each company has its own customers, or that a name is one in all, where it shows.

    Numbers that stand in two companies, each with another name there, are those of others. A list
    without numbers calls its customers by name, which is the same everywhere,
    unless one of them has a document of the same number in two companies.
    """
    _part_with_company(connection, plan)
    columns, headers = plan.columns, plan.grid.headers
    used = set(columns.values())
    cells = [n for n, h in enumerate(headers) if f"c{n}" not in used and bare(h) in COMPANIES]
    if "customer_id" not in columns or len(cells) != 1:
        return None
    company, header = f"c{cells[0]}", headers[cells[0]]
    if len(_first(connection, plan, company)) < 2:
        return None
    number, name = columns["customer_id"], columns.get("customer_name")
    if name is None and not any_row(
        connection, plan.grid, rf"broken is null and not regexp_matches({number}, '\p{{Ll}}{{2}}')"
    ):
        name = number  # codes are written in capitals and digits
    if name is None:
        return None
    if name == number:
        (twice,) = connection.execute(
            f"select count(*) from (select 1 from {plan.grid.table} where broken is null"
            f" and {company} is not null group by {number}, {columns.get('document_id', 'line')}"
            f" having count(distinct {company}) > 1)"
        ).fetchone() or (0,)
        text = N_("{column} names several companies of your own: a customer is known by name, and"
                  " is the same in all of them.")  # fmt: skip
        said: dict[str, dict[str, object]] = {"unread": {header: "harmless"}}
        return None if twice else (said, Text(text, {"column": header}))
    apart, others = connection.execute(
        f"""
        with named as (
            select distinct {number} as number, {company} as company,
                lower(strip_accents({name})) as name
            from {plan.grid.table}
            where broken is null and {number} is not null and {company} is not null
                and {name} is not null
        ),
        pairs as (
            select a.number, max(jaro_winkler_similarity(a.name, b.name)) as alike
            from named as a join named as b on a.number = b.number and a.company < b.company
            group by 1
        ),
        mixed as (select number from named group by number, company having count(*) > 1)
        select count(*) filter (alike < {_ALIKE} and number not in (from mixed)),
            count(*) filter (alike >= {_ALIKE} or number in (from mixed))
        from pairs
        """
    ).fetchone() or (0, 0)
    if not apart or others:
        return None
    text = N_("{column} names several companies of your own: a number of a customer is another"
              " customer in each, so the company goes before it.")  # fmt: skip
    return _each_its_own(plan, header), Text(text, {"column": header})


#: Words that only names of firms have.
_FIRM = (
    r"(?i)\b(?:b\.?v|n\.?v|s\.?a|s\.?a\.?s|s\.?a\.?r\.?l|s\.?r\.?l|s\.?p\.?r\.?l|s\.?p\.?a|bvba|vof|vzw"
    r"|asbl|gmbh|ag|kg|ohg|ltd|limited|plc|llp|llc|inc|corp|company|societe|ets|etablissements"
    r"|sons|zonen|zoon|fils|sohne|soehne|gebr|freres|bros)\b"
)
_ABOVE = NN_(
    "No column of {file} names a customer, and {count} row holds nothing but a text, {text}: is "
    "this the customer of the rows below it?",
    "No column of {file} names a customer, and {count} rows hold nothing but a text, as in "
    "{text}: are these the customers of the rows below them?",
)


def customers_above(
    connection: duckdb.DuckDBPyConnection, plan: Plan, _: ReadOptions
) -> tuple[dict[str, dict[str, object]], Text] | None:
    """Return that each customer stands in a row of its own above its documents, where it shows.

    No column names the customer, or one names a company that is the same in all rows; each such
    row is followed by a document; and one of them at least bears the name of a firm. Without such
    a name they may be months or salespeople, and the reader is asked.
    """
    columns, cells, table = plan.columns, plan.grid.cells, plan.grid.table
    days = [columns[n] for n in DAYS if n in columns]
    number = next((n for n in ("document_id", "pays") if n in columns), None)
    company = columns.get("customer_name")
    if company is not None and (
        columns.get("customer_id") != company
        or bare(plan.header("customer_name")) not in COMPANIES
        or len(_first(connection, plan, company)) > 1
    ):
        return None
    if (company is None and "customer_id" in columns) or not days or number is None:
        return None
    filled = " + ".join(f"({c} is not null)::int" for c in cells)
    above, firms, wrong, first = connection.execute(
        f"""
        with told as (
            select line, {cells[0]} as text, ({filled}) = 1 and {cells[0]} is not null
                and not regexp_matches(strip_accents({cells[0]}), '(?i){TOTAL}') as head,
                {columns[number]} is not null and coalesce({", ".join(days)}) is not null
                    as document
            from {table} where broken is null and coalesce({", ".join(cells)}) is not null
        ),
        told_next as (
            select *, lag(head) over (order by line) as after_head,
                lead(document) over (order by line) as before_document,
                row_number() over (order by line) as place
            from told where head or document
        )
        select count(*) filter (head), count(*) filter (head
                and regexp_matches(strip_accents(text), $firm)),
            count(*) filter (head and not coalesce(before_document, false)
                or document and place = 1),
            min(text) filter (head)
        from told_next
        """,
        {"firm": _FIRM},
    ).fetchone() or (0, 0, 0, "")
    if above < 2 or wrong:
        return None
    said = plan.answer({"document_id": plan.header(number)})
    said["source"]["groups"] = True
    text = NN_(
        "{count} row holds nothing but a text: it names the customer of the rows below.",
        "{count} rows hold nothing but a text: they name the customers of the rows below.",
    )
    if firms:
        return said, Text(text, {"count": above})
    if company is not None:
        return None  # which is asked about
    asked = Text(_ABOVE, {"file": plan.grid.name, "count": above, "text": first})
    question = Question(
        "customer", asked,
        (Choice("customers", N_("the customers of the rows below them"), said),),
    )  # fmt: skip
    raise FileError(
        asked,
        Text(N_("Answer on the Imports page, or in a mapping file (--map).")),
        questions=(question,),
    )

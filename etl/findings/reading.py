"""How the files were read: what was refused, assumed and matched by rule, and what does not fit."""

from __future__ import annotations

from data.core.texts import N_, NN_
from etl.findings.check import Check
from etl.findings.words import BEHIND, DOCUMENT, Words

WORDS = {
    "currency_assumed": Words(
        N_("Currency assumed"),
        "reading",
        N_("No file names a currency."),
        N_("Name it when loading, where it is another."),
        ("file", "rows_read"),
        whole=True,
    ),
}  # fmt: skip
"""Finding -> its words, of what no statement finds."""

CHECKS = (
    Check(
        "rejected_rows",
        NN_("{items} row was refused; the report says which, and why.",
            "{items} rows were refused; the report says which, and why."),
Words(
        N_("Rows refused"),
        "reading",
        N_("They are missing from every figure."),
        N_("Mend them by file and line, and load the file again."),
        ("file", "line", "column_name", "value", "reason", "remedy"),
        whole=True,
    ),
        """
        select f.name as file, r.* exclude (file_id), cast(null as decimal(18, 2)) as amount
        from rejects as r join files as f using (file_id)
        """,
    ),
    Check(
        "no_customer",
        NN_("{items} document names no customer.", "{items} documents name no customer."),
Words(
        N_("Documents that name no customer"),
        "reading",
        N_("Nobody is reminded of them."),
        N_("Find the customer by file and line."),
        ("document_id", "amount", "kind", "issued_on", "reference", "file", "line"),
        brief=True,
    ),
        "select * from documents where customer = ''",
        by_customer=True,
    ),
    Check(
        "due_from_terms",
        NN_("{items} invoice has no due day; it follows from printed or agreed terms.",
            "{items} invoices have no due day; it follows from printed or agreed terms."),
Words(
        N_("Due days from terms"),
        "reading",
        N_("They are right where the invoices keep to the terms."),
        N_("Export the due day with the invoices where it differs."),
        (*DOCUMENT, *BEHIND),
    ),
        "select * from documents where due_assumed = 'terms'",
        by_customer=True,
    ),
    Check(
        "due_from_default",
        NN_("{items} invoice has neither due day nor terms; {terms} days are assumed.",
            "{items} invoices have neither due day nor terms; {terms} days are assumed."),
Words(
        N_("Due days by default"),
        "reading",
        N_("Aging and lateness of these rest on an assumption."),
        N_("Export the due day or the terms with the invoices."),
        (*DOCUMENT, *BEHIND),
    ),
        "select * from documents where due_assumed = 'default'",
        by_customer=True,
    ),
    Check(
        "paid_day_assumed",
        NN_("{items} invoice was paid on a day that its row does not say. The due day is assumed,"
            " but no day on which an export still shows it open, and none after the last day of"
            " the file; payment speed leaves it out.",
            "{items} invoices were paid on days that their rows do not say. The due day is assumed,"
            " but no day on which an export still shows them open, and none after the last day of"
            " the file; payment speed leaves them out."),
Words(
        N_("Days of payment that are not known"),
        "reading",
        N_("Payment speed leaves these invoices out."),
        N_("Load the payments, or export the day of payment."),
        (*DOCUMENT, *BEHIND),
    ),
        "select * from documents where kind = 'invoice' and paid_day_assumed",
        by_customer=True,
    ),
    Check(
        "future_dated",
        NN_("{items} document is dated after the day on which it was loaded.",
            "{items} documents are dated after the day on which they were loaded."),
Words(
        N_("Documents dated after their load"),
        "reading",
        N_("They move the last day of the data, and with it every as-of figure."),
        N_("Correct the day in the books, and load again."),
        (*DOCUMENT, *BEHIND),
        brief=True,
    ),
        """
        select d.* from documents as d join files as f using (file_id)
        where d.issued_on > cast(f.loaded_at as date)
        """,
        by_customer=True,
    ),
    Check(
        "across_customers",
        NN_("{items} adjustment comes from a match between documents of different customers.",
            "{items} adjustments come from matches between documents of different customers."),
Words(
        N_("Matches across customers"),
        "reading",
        N_("An adjustment on each side keeps both balances true."),
        N_("Nothing, where the two belong together; else correct the match."),
        (*DOCUMENT, "kind", *BEHIND),
        brief=True,
    ),
        "select * from documents where kind = 'adjustment' and file_id is null",
        by_customer=True,
    ),
    Check(
        "state_unexplained",
        NN_("{items} document has a part that its own row leaves neither paid nor open. Nobody"
            " explains it: an adjustment closes it, and lowers no sales.",
            "{items} documents have a part that their own rows leave neither paid nor open. Nobody"
            " explains it: an adjustment closes it, and lowers no sales."),
Words(
        N_("Neither paid nor open"),
        "reading",
        N_("The amount is missing from receivables, and no payment, credit note or write-off"
           " stands for it."),
        N_("Compare amount, paid and open amount of these rows in the export. Load the credit"
           " notes and discounts that are missing, or mark what was written off."),
        (*DOCUMENT, *BEHIND),
    ),
        """
        with closing as (
            select m.debit_key as document_key, a.amount
            from documents as a join matches as m on m.credit_key = a.document_key
            where a.kind = 'adjustment' and m.method = 'state'
            union all
            select m.credit_key, a.amount
            from documents as a join matches as m on m.debit_key = a.document_key
            where a.kind = 'adjustment' and m.method = 'state'
        )
        select d.* replace (-c.amount as amount)
        from closing as c join documents as d using (document_key)
        """,
        asks="kind = 'adjustment' and file_id is not null",
        by_customer=True,
    ),
    Check(
        "state_beyond_amount",
        NN_("{items} row is open for more than its amount; nothing is taken as paid.",
            "{items} rows are open for more than their amount; nothing is taken as paid."),
Words(
        N_("Open for more than the amount"),
        "reading",
        N_("Nothing of them counts as paid."),
        N_("Look at the rows in the export."),
        ("document_id", "customer_name", "amount", "issued_on", "due_on", "reference", "customer",
         "file", "line"),
    ),
        """
        select * from staged_documents
        where abs(open_amount) > abs(amount) and sign(open_amount) = sign(amount)
        """,
    ),
    Check(
        "sheets_alike",
        NN_("{items} document stands in another sheet of the same workbook too. Both count.",
            "{items} documents stand in another sheet of the same workbook too. Both count."),
Words(
        N_("The same documents in two sheets of a workbook"),
        "reading",
        N_("Where one sheet repeats the other, its documents count twice."),
        N_("Hide the sheet that repeats the other, or say in a mapping file which one to read"
           " (sheet), and load it into a new folder (--store)."),
        (*DOCUMENT, *BEHIND),
    ),
        """
        with sheet as (
            select file_id, sha256 from files where (settings ->> '$.sheet') is not null
            qualify count(*) over (partition by sha256) > 1
        ),
        ranked as (
            select d.*, dense_rank() over (partition by s.sha256, d.ledger, d.customer,
                d.document_id, d.kind order by d.file_id) as place
            from documents as d join sheet as s using (file_id)
            where d.document_id <> '' and d.kind <> 'payment'
        )
        select * exclude (place) from ranked where place > 1
        """,
        asks="(settings ->> '$.sheet') is not null",
        of="files",
    ),
    Check(
        "several_sellers",
        NN_("The e-invoices name {items} seller. Purchase invoices may be among the files.",
            "The e-invoices name {items} sellers. Purchase invoices may be among the files."),
Words(
        N_("E-invoices of several sellers"),
        "reading",
        N_("Invoices that others sent to you are no receivables."),
        N_("Load only the invoices that you sent."),
        ("seller", "seller_name", "amount"),
    ),
        """
        with named as (
            select file_id, settings ->> '$.seller' as seller,
                settings ->> '$.seller_name' as seller_name
            from files where (settings ->> '$.seller') is not null
        )
        select n.seller, any_value(n.seller_name) as seller_name, sum(d.amount) as amount
        from named as n join documents as d using (file_id)
        where (select count(distinct seller) > 1 and count(distinct lower(seller_name)) > 1
            from named)
        group by n.seller order by n.seller
        """,
    ),
)  # fmt: skip

"""Credit notes: with whom and for what they are more frequent than elsewhere."""

from __future__ import annotations

from data.core.texts import N_
from etl.findings.check import RECENT, Check
from etl.findings.words import Words

CREDITED_BY_SALESPERSON = Check(
    "credited_by_salesperson",
    N_("{salesperson} has the highest share of credit notes: {top} % of what was invoiced in 12"
       " months, against {share} % of all ({notes} credit notes)."),
Words(
        N_("Credit notes by salesperson"),
        "habits",
        N_("Each credit note is a dispute that delayed its invoice before it was settled."),
        N_("Look at the reasons with the salesperson: price, quantity, or what was promised."),
        ("salesperson", "amount", "share", "credit_notes", "invoices", "invoiced"),
        lacks=N_("no salespeople"),
        whole=True,
    ),
    f"""
    select salesperson,
        count(*) filter (where kind = 'invoice') as invoices,
        sum(amount) filter (where kind = 'invoice') as invoiced,
        count(*) filter (where kind = 'credit_note') as credit_notes,
        -sum(case when kind = 'credit_note' then amount else 0 end) as amount,
        -cast(sum(case when kind = 'credit_note' then amount else 0 end) as double)
            / nullif(cast(sum(amount) filter (where kind = 'invoice') as double), 0) as share
    from documents
    where kind in ('invoice', 'credit_note') and salesperson <> '' and issued_on > {RECENT}
    group by salesperson
    """,
    needs="salesperson <> ''",
    asks="kind = 'credit_note'",
    values="""
    with sold as (select * from ({rows})),
    highest as (
        select * from sold where invoices >= $credited_invoices and credit_notes > 0
        order by share desc, salesperson limit 1
    ),
    overall as (
        select sum(cast(amount as double)) / sum(cast(invoiced as double)) as share,
            cast(sum(credit_notes) as bigint) as notes
        from sold
    )
    select h.salesperson, round(100 * h.share, 1) as top, round(100 * o.share, 1) as share, o.notes
    from highest as h cross join overall as o
    -- so much more than all: less is chance
    where 100 * h.share >= (100 + $credited_beyond) * o.share
    """,
)  # fmt: skip

#: Words that say that it is a credit note, and of which invoice, but not why.
_EMPTY_WORDS = (
    "avoir|credit|creditnota|creditfactuur|kredietnota|gutschrift|note|nota|de|du|des|la|le|les"
    "|facture|factures|factuur|facturen|invoice|invoices|rechnung|sur|op|bij|on|for|voor|pour"
    "|zu|to|van|of|von|nr|no|the|a|ref"
)

#: A number, and the letters that stand before it: FT FA.2021/807, VF 2026-12.
_NUMBERS = r"(\b\p{Lu}{1,3}[ ./-]+)*\S*[0-9]\S*"

#: The reason of a credit note is what its text says besides: its first three words.
CREDITED_BY_REASON = Check(
    "credited_by_reason",
    N_("The reason that credit notes of the last 12 months name most, by amount, is"
       " “{reason}”: {top} % of what was credited ({notes} credit notes)."),
Words(
        N_("Reasons of credit notes"),
        "habits",
        N_("What is credited most often can be prevented at its source."),
        N_("Take the first reason to those who can end it."),
        ("reason", "amount", "share", "credit_notes"),
        lacks=N_("no credit notes"),
        whole=True,
    ),
    f"""
    with told as (
        select amount, regexp_replace(lower(regexp_replace(coalesce(reference, ''),
            '{_NUMBERS}', ' ', 'g')), '\\b({_EMPTY_WORDS})\\b|[^\\p{{L}}\\s''-]', ' ', 'g')
            as words
        from documents where kind = 'credit_note' and issued_on > {RECENT}
    ),
    short as (
        select amount, trim(regexp_replace(regexp_extract(trim(words, ' -'''),
            '^(\\S+\\s*){{1,3}}'), '\\s+', ' ', 'g')) as reason
        from told
    )
    select reason, count(*) as credit_notes, -sum(amount) as amount,
        cast(sum(amount) as double) / sum(cast(sum(amount) as double)) over () as share
    from short group by reason
    """,
    needs="kind = 'credit_note'",
    values="""
    with said as (select * from ({rows}))
    select reason, round(100 * share, 1) as top,
        (select cast(sum(credit_notes) as bigint) from said) as notes
    from said
    -- where most texts give no reason the rest is no picture
    where reason <> '' and (select sum(share) from said where reason <> '') >= 0.2
    order by amount desc, reason limit 1
    """,
)  # fmt: skip

CHECKS = (CREDITED_BY_SALESPERSON, CREDITED_BY_REASON)

"""The laws of receivables over random ledgers, against the plain-Python oracle."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.ledger import stretches
from etl.ledger.checks import control
from etl.ledger.derive import Settings, derive
from tests import oracle
from tests.depth import checked
from tests.ledgers import derived, document, match, stage

FIRST = date(2025, 1, 1)
days = st.integers(0, 120).map(lambda n: FIRST + timedelta(n))
cents = st.integers(1, 20_000)


@st.composite
def ledgers(draw):
    """Return documents and matches that never ask for more than there is."""
    documents, left = [], {}
    for n in range(draw(st.integers(1, 12))):
        kind = draw(st.sampled_from(["invoice", "invoice", "payment", "credit_note", "write_off"]))
        day, amount = draw(days), draw(cents)
        due = day + timedelta(draw(st.integers(0, 60))) if kind == "invoice" else day
        parts = ()
        if kind == "invoice" and amount > 10 and draw(st.booleans()):
            first = draw(st.integers(1, amount - 1))
            parts = ((due, first), (due + timedelta(30), amount - first))
        sign = 1 if kind == "invoice" else -1
        customer = draw(st.sampled_from("AB"))
        documents.append(
            oracle.Document(f"D{n:02}", customer, kind, day, sign * amount, due, parts)
        )
        left[f"D{n:02}"] = amount
    matches = []
    for debit in (d for d in documents if d.cents > 0):
        for credit in (d for d in documents if d.cents < 0 and d.customer == debit.customer):
            most = min(left[debit.number], left[credit.number])
            if most and draw(st.booleans()):
                amount = draw(st.integers(1, most))
                matches.append(oracle.Match(debit.number, credit.number, amount))
                left[debit.number] -= amount
                left[credit.number] -= amount
    return documents, matches


def money(value: int) -> Decimal:
    return Decimal(value) / 100


def rows_of(documents, *, instalments=True):
    found = []
    for d in documents:
        parts = d.parts if instalments and d.parts else ((d.due, d.cents),)
        for n, (due, amount) in enumerate(parts, 1):
            number = n if len(parts) > 1 else None
            found.append(
                document(d.kind, d.number, d.customer, d.day, money(amount), due=due,
                         instalment=number)
            )  # fmt: skip
    return found


def sql(documents, matches, **more) -> duckdb.DuckDBPyConnection:
    given_matches = [match(m.debit, m.credit, money(m.cents)) for m in matches]
    return derived(rows_of(documents), given_matches, **more)


def slices(connection):
    return Counter(
        connection.execute(
            """
            select document_id, customer, kind, opened_on, due_on, closed_on,
                cast(sum(amount) * 100 as integer), closed_by
            from open_items group by all
            """
        ).fetchall()
    )


def summed(items):
    found = Counter()
    for i in items:
        found[i.number, i.customer, i.kind, i.opened, i.due, i.closed, i.closed_by] += i.cents
    return Counter((*k[:6], v, k[6]) for k, v in found.items())


def balance(connection, day, table="open_items", customer="%"):
    dated = {
        "documents": "issued_on <= $day",
        "open_items": "opened_on <= $day and (closed_on is null or closed_on > $day)",
    }[table]
    value = connection.execute(
        f"select coalesce(sum(amount), 0) from {table} where {dated} and customer like $customer",
        {"day": day, "customer": customer},
    ).fetchone()[0]
    return int(value * 100)


@checked(12)
@given(ledgers())
def test_open_items_are_those_of_the_oracle(ledger):
    documents, matches = ledger
    connection = sql(documents, matches)
    assert slices(connection) == summed(oracle.open_items(documents, matches))
    assert all(c.ok for c in control(connection))


@checked(12)
@given(ledgers(), st.lists(days, min_size=1, max_size=4))
def test_receivables_are_the_ledger_balance_on_any_day(ledger, some_days):
    """Laws 1 and 2: what is open is the sum of the postings, for each customer."""
    documents, matches = ledger
    connection = sql(documents, matches)
    for day in some_days:
        for customer in "AB":
            mine = [d for d in documents if d.customer == customer]
            assert balance(connection, day, customer=customer) == oracle.balance(mine, day)
            assert balance(connection, day, "documents", customer) == oracle.balance(mine, day)


@checked(12)
@given(ledgers())
def test_a_ledger_in_stretches_is_the_same_ledger(ledger):
    documents, matches = ledger
    whole = sql(documents, matches)
    with pytest.MonkeyPatch.context() as large:
        large.setattr(stretches, "STRETCH", 1)
        large.setattr(stretches, "FEW", 0)
        parts = sql(documents, matches)
    for table in ("documents", "open_items", "instalments", "matches"):
        # with the same keys, which are places in the order of storing
        assert Counter(whole.table(table).fetchall()) == Counter(parts.table(table).fetchall())


@checked(12)
@given(ledgers())
def test_a_ledger_stored_by_age_is_the_same_ledger(ledger):
    documents, matches = ledger
    whole = sql(documents, matches)
    with pytest.MonkeyPatch.context() as large:
        large.setattr(stretches, "AGED", 0)
        aged = sql(documents, matches)
    keyed = {"documents": "document_key", "open_items": "document_key, closed_by_key"}
    for table, keys in keyed.items():
        rows = f"select * exclude ({keys}) from {table}"
        # keys are places in the order of storing, which is another
        assert Counter(whole.execute(rows).fetchall()) == Counter(aged.execute(rows).fetchall())
    assert slices(whole) == slices(aged)
    assert all(c.ok for c in control(aged))


@checked(12)
@given(ledgers(), st.randoms(use_true_random=False))
def test_the_order_of_rows_is_irrelevant(ledger, random):
    """Law 5."""
    documents, matches = ledger
    shuffled = random.sample(documents, len(documents))
    again = random.sample(matches, len(matches))
    assert slices(sql(documents, matches)) == slices(sql(shuffled, again))


@checked(12)
@given(ledgers(), st.randoms(use_true_random=False))
def test_the_order_of_rows_is_irrelevant_to_rules(ledger, random):
    """Law 5, where amounts come from a few, so that every rule has something to choose from."""
    documents = [_like(d, n) for n, d in enumerate(ledger[0])]
    shuffled = random.sample(documents, len(documents))
    found, again = (derived(rows_of(rows), assume=True) for rows in (documents, shuffled))
    assert slices(found) == slices(again)
    assert all(c.ok for c in control(found))
    methods = "select method, confidence, sum(amount_currency) from matches group by all order by 1"
    assert found.execute(methods).fetchall() == again.execute(methods).fetchall()


def _like(document, n):
    cents = document.cents // abs(document.cents) * (1000, 2000, 3000, 4900, 5000)[n % 5]
    return oracle.Document(
        document.number, document.customer, document.kind, document.day, cents, document.due
    )


@checked(12)
@given(ledgers(), days)
def test_instalments_keep_balances(ledger, day):
    """Law 6: only due days differ."""
    documents, matches = ledger
    whole = derived(
        rows_of(documents, instalments=False),
        [match(m.debit, m.credit, money(m.cents)) for m in matches],
    )
    assert balance(whole, day) == balance(sql(documents, matches), day)


@checked(12)
@given(ledgers(), days)
def test_rules_never_take_more_than_there_is(ledger, day):
    """Without matches in the data; and later documents change no earlier balance (law 3)."""
    documents, _ = ledger
    connection = derived(rows_of(documents), assume=True)
    assert all(c.ok for c in control(connection))
    early = [d for d in documents if d.day <= day]
    assert balance(connection, day) == oracle.balance(documents, day)
    if early:
        assert balance(derived(rows_of(early), assume=True), day) == balance(connection, day)


@checked(12)
@given(ledgers())
def test_what_is_left_is_matched_oldest_first_as_the_oracle_does(ledger):
    """Amounts are made unlike, so that no rule but the last one can speak."""
    documents, _ = ledger
    debits, credits_ = [], []
    for n, d in enumerate(sorted(documents, key=lambda d: (d.day, d.customer, d.number))):
        unlike = d.cents // abs(d.cents) * (abs(d.cents) * 100 + n + 1)
        one = oracle.Document(d.number, "A", d.kind, d.day, unlike, d.due)
        (debits if unlike > 0 else credits_).append(one)
    key = lambda d: (d.day, d.number)  # noqa: E731
    debits, credits_ = sorted(debits, key=key), sorted(credits_, key=key)
    # which invoice a credit note corrects is not a guess: it stays unapplied
    paying = [c for c in credits_ if c.kind != "credit_note"]
    expected = oracle.oldest_first(debits, paying)
    connection = derived(rows_of([*debits, *credits_]), assume=True)
    found = connection.execute(
        """
        select d.document_id, c.document_id, cast(m.amount_currency * 100 as bigint), m.method
        from matches as m join documents as d on d.document_key = m.debit_key
        join documents as c on c.document_key = m.credit_key
        """
    ).fetchall()
    assert Counter(found) == Counter((m.debit, m.credit, m.cents, "oldest") for m in expected)


LIST_DAYS = (FIRST + timedelta(40), FIRST + timedelta(80), FIRST + timedelta(121))


@st.composite
def open_lists(draw):
    """Return successive lists of open items: day -> number -> (day of issue, due day, cents).

    On the day of each list something is invoiced that all later lists hold: so they reach further
    and further, and have documents in common.
    """
    found = {day: {} for day in LIST_DAYS}
    for n in range(draw(st.integers(1, 8))):
        issued, left = draw(days), draw(cents)
        due = issued + timedelta(draw(st.integers(0, 60)))
        for day in LIST_DAYS:
            if issued <= day and left:
                found[day][f"D{n:02}"] = (issued, due, left)
            if issued <= day:
                left = draw(st.integers(0, left))
    for day in LIST_DAYS:
        for later in LIST_DAYS:
            if later >= day:
                found[later][f"A{day}"] = (day, day, 100)
    return found


@checked(12)
@given(open_lists(), st.permutations(LIST_DAYS))
def test_each_of_successive_lists_keeps_its_balance(lists, order):
    """Laws 1, 3 and 5: whatever is loaded later, and in whatever order."""
    connection = duckdb.connect(config={"threads": 1})
    for file_id, day in enumerate(order, 1):
        rows = [
            document("invoice", number, "A", issued, money(left), due=due)
            for number, (issued, due, left) in lists[day].items()
        ]
        stage(connection, rows, file_id=file_id, series="s", settings='{"open_list": "true"}')
    derive(connection, Settings("EUR", 30))
    assert all(c.ok for c in control(connection))
    for day in LIST_DAYS:
        assert balance(connection, day) == sum(left for _, _, left in lists[day].values())
    first = {}
    for day in LIST_DAYS:
        first = {n: left for n, (_, _, left) in lists[day].items()} | first
    sold = connection.execute("select sum(amount) from documents where kind = 'invoice'")
    assert sold.fetchone() == (money(sum(first.values())),)

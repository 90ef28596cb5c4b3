"""Successive lists of open items: what the later one lacks was settled in between."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from data.store.state import Store
from etl.intake.formats.packages.catalogue import PACKAGES
from etl.intake.formats.preset import PresetSource
from etl.load.run import LoadOptions, load

D = Decimal
HEADER = "Factuurnummer;Klantnummer;Naam;Factuurdatum;Vervaldatum;Openstaand bedrag"
NOVEMBER = (
    "F1;C1;Alfa;01-10-2025;31-10-2025;100,00",
    "F2;C2;Beta;15-10-2025;14-11-2025;200,00",
    "F3;C1;Alfa;05-11-2025;05-12-2025;70,00",
)
DECEMBER = (
    "F2;C2;Beta;15-10-2025;14-11-2025;150,00",
    "F3;C1;Alfa;05-11-2025;05-12-2025;70,00",
    "F4;C1;Alfa;20-11-2025;20-12-2025;50,00",
)
JANUARY = (
    "F3;C1;Alfa;05-11-2025;05-12-2025;70,00",
    "F5;C2;Beta;20-12-2025;20-01-2026;11,00",
)


def write(path: Path, *lines: str, header: str = HEADER) -> Path:
    path.write_text("\n".join((header, *lines)) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store")


def query(store: Store, sql: str) -> list[tuple]:
    state = store.current()
    assert state is not None
    return [tuple(row.values()) for row in state.engine.query(sql).to_pylist()]


def owed(store: Store, day: str) -> dict[str, Decimal]:
    """Return what is open at the end of a day, by number."""
    found = query(
        store,
        "select document_id, sum(amount) from open_items where kind <> 'payment'"
        f" and opened_on <= date '{day}' and (closed_on is null or closed_on > date '{day}')"
        " group by all order by all",
    )
    total = query(
        store,
        "select coalesce(sum(amount), 0) from open_items"
        f" where opened_on <= date '{day}' and (closed_on is null or closed_on > date '{day}')",
    )
    assert total == [(sum((a for _, a in found), D(0)),)]
    return dict(found)


def test_what_the_later_list_lacks_was_paid_in_between(tmp_path, store):
    load([write(tmp_path / "nov.csv", *NOVEMBER)], store)
    report = load([write(tmp_path / "dec.csv", *DECEMBER)], store)
    assert report.ok, report
    assert owed(store, "2025-11-20") == {"F2": D(150), "F3": D(70), "F4": D(50)}
    # the older list keeps its balance
    assert owed(store, "2025-11-05") == {"F1": D(100), "F2": D(200), "F3": D(70)}
    sold = query(store, "select sum(amount), count(*) from documents where kind = 'invoice'")
    assert sold == [(D(420), 4)]
    paid = query(
        store,
        "select document_id, closed_on, amount, paid_day_assumed from open_items"
        " where kind = 'invoice' and closed_on is not null order by 1",
    )
    assert paid == [
        ("F1", date(2025, 11, 6), D(100), True),
        ("F2", date(2025, 11, 14), D(50), True),
    ]


def test_the_report_says_what_is_gone(tmp_path, store):
    load([write(tmp_path / "nov.csv", *NOVEMBER)], store)
    report = load([write(tmp_path / "dec.csv", *DECEMBER)], store)
    (one,) = report.replacements
    assert (one.older, one.newer, one.whole, one.listed) == ("nov.csv", "dec.csv", False, True)
    assert (one.added, one.added_amount) == (1, D(50))
    assert (one.gone, one.gone_amount) == (1, D(100))
    assert (one.changed, one.changed_amount) == (1, D(-50))


def test_the_order_of_lists_is_irrelevant(tmp_path):
    paths = [
        write(tmp_path / f"{n}.csv", *lines)
        for n, lines in enumerate((NOVEMBER, DECEMBER, JANUARY))
    ]
    slices = "select * exclude (document_key, closed_by_key) from open_items order by all"
    answers = []
    november, december, january = paths
    for n, order in enumerate(
        [[paths], [[november], [january], [december]], [[january, december], [november]]]
    ):
        store = Store(tmp_path / f"store-{n}")
        for group in order:
            assert load(group, store).ok
        assert owed(store, "2025-12-20") == {"F3": D(70), "F5": D(11)}
        assert owed(store, "2025-11-20") == {"F2": D(150), "F3": D(70), "F4": D(50)}
        assert owed(store, "2025-11-05") == {"F1": D(100), "F2": D(200), "F3": D(70)}
        answers.append(query(store, slices))
    assert all(answer == answers[0] for answer in answers)


def test_lists_with_nothing_in_common_stay_two(tmp_path, store):
    other = ("G1;K1;Gent;01-10-2025;31-10-2025;1,00", "G2;K1;Gent;30-11-2025;31-12-2025;2,00")
    load([write(tmp_path / "a.csv", *NOVEMBER)], store)
    report = load([write(tmp_path / "b.csv", *other)], store)
    assert report.replacements == []
    assert sum(owed(store, "2025-11-30").values()) == D(373)


def test_lists_of_two_books_stay_two(tmp_path, store):
    load([write(tmp_path / "nov.csv", *NOVEMBER)], store, LoadOptions(ledger="BE"))
    load([write(tmp_path / "dec.csv", *DECEMBER)], store, LoadOptions(ledger="NL"))
    assert sum(owed(store, "2025-12-31").values()) == D(640)


def test_credit_notes_and_instalments_are_settled_too(tmp_path, store):
    load(
        [
            write(
                tmp_path / "nov.csv",
                "C1;C1;Alfa;30-09-2025;30-09-2025;-30,00",
                "F1;C1;Alfa;02-10-2025;01-11-2025;50,00",
                "F1;C1;Alfa;02-10-2025;01-12-2025;50,00",
                "F2;C1;Alfa;05-11-2025;05-12-2025;10,00",
            )
        ],
        store,
    )
    december = write(
        tmp_path / "dec.csv",
        "F1;C1;Alfa;02-10-2025;01-12-2025;50,00",
        "F3;C1;Alfa;30-11-2025;30-12-2025;10,00",
    )
    assert load([december], store).ok
    assert owed(store, "2025-11-30") == {"F1": D(50), "F3": D(10)}
    assert sum(owed(store, "2025-11-05").values()) == D(80)


def test_payments_that_are_loaded_speak_before_lists(tmp_path, store):
    paid = write(
        tmp_path / "payments.csv",
        "P1;C1;2025-11-12;-100,00;F1",
        header="document_id;customer_id;payment_date;amount;reference",
    )
    november = write(tmp_path / "nov.csv", *NOVEMBER)
    assert load([paid, november, write(tmp_path / "dec.csv", *DECEMBER)], store).ok
    closed = "select closed_on, closed_by from open_items where document_id = 'F1'"
    assert query(store, closed) == [(date(2025, 11, 12), "payment")]
    assert owed(store, "2025-12-01") == {"F2": D(150), "F3": D(70), "F4": D(50)}


def test_lines_of_a_bank_between_two_lists_are_not_counted_again(tmp_path, store):
    bank = write(
        tmp_path / "bank.csv",
        "13-11-2025;100,00;Alfa;F1",
        "25-11-2025;70,00;Alfa;F3",
        header="Boekingsdatum;Bedrag;Naam tegenpartij;Mededeling",
    )
    mapping = tmp_path / "bank.toml"
    mapping.write_text(
        '[source]\nrows = "bank"\n[columns]\nissued_on = "Boekingsdatum"\namount = "Bedrag"\n'
        'counterparty = "Naam tegenpartij"\nreference = "Mededeling"\n'
    )
    november = write(tmp_path / "nov.csv", *NOVEMBER)
    december = write(tmp_path / "dec.csv", *DECEMBER)
    assert load([bank, november, december], store, LoadOptions(mapping=(mapping,))).ok
    # the first line is what the later list tells already; the second came after it
    assert owed(store, "2025-11-24") == {"F2": D(150), "F3": D(70), "F4": D(50)}
    assert owed(store, "2025-11-25") == {"F2": D(150), "F4": D(50)}


YUKI = "Type;Date;Contact;Description;OpenAmount;OriginalAmount;DueDate;Reference;DocumentId"


def test_packages_that_list_what_is_open_take_the_same_path(tmp_path, store):
    november = write(
        tmp_path / "nov.csv",
        "Verkoopfactuur;2025-10-01;Alfa;Werk;100.00;250.00;2025-10-31;F1;d1",
        "Verkoopfactuur;2025-10-15;Beta;Werk;200.00;200.00;2025-11-14;F2;d2",
        header=YUKI,
    )
    december = write(
        tmp_path / "dec.csv",
        "Verkoopfactuur;2025-10-15;Beta;Werk;150.00;200.00;2025-11-14;F2;d2",
        "Verkoopfactuur;2025-11-20;Alfa;Werk;50.00;50.00;2025-12-20;F4;d4",
        header=YUKI,
    )
    load([november], store)
    report = load([december], store)
    assert {f.format for f in report.files} == {"yuki"}
    assert report.ok
    assert (report.replacements[0].gone, report.replacements[0].gone_amount) == (1, D(100))
    assert owed(store, "2025-11-20") == {"F2": D(150), "F4": D(50)}
    assert owed(store, "2025-10-15") == {"F1": D(100), "F2": D(200)}
    sold = query(store, "select sum(amount) from documents where kind = 'invoice'")
    assert sold == [(D(500),)]


def test_packages_without_paid_invoices_say_so():
    for source in PACKAGES:
        if isinstance(source, PresetSource):
            says = "invoices that are paid already" in source.lacks
            assert all(y.parsed.open_only for y in source.preset.layouts) == says, source.name

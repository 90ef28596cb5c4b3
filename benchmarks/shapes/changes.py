"""What people's exports have besides: columns, titles, totals, headings, balances, other lists."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from random import Random

from benchmarks.shapes.ledger import LAST, Figures, bucket, tally
from benchmarks.shapes.shape import Cell, Column, Made, Money, Row, Shape, Table
from benchmarks.shapes.words import BALANCES, SUBTOTALS, TOTALS

OPENING = 432_10


def _cents(row: Row, key: str = "amount") -> int:
    """Return the amount of a row; of a ledger's row, its two sides together."""
    if key not in row:
        return _cents(row, "debit") - _cents(row, "credit") if key == "amount" else 0
    value = row[key]
    return value.cents if isinstance(value, Money) else 0


def _day(row: Row) -> date:
    value = row.get("date", row.get("pay_date"))
    return value if isinstance(value, date) else LAST


def _due(row: Row) -> date:
    value = row.get("due")
    return value if isinstance(value, date) else _day(row)


def _vat(row: Row) -> Money:
    return Money(_cents(row) - round(_cents(row) / 1.21))


def _share(part: float) -> Callable[[Row, Random], Cell]:
    return lambda row, _: Money(round(_cents(row) * part))


def _some(*values: Cell) -> Callable[[Row, Random], Cell]:
    return lambda _, random: random.choice(values)


def _age(row: Row, name: str) -> Cell:
    due = row.get("due")
    shown = isinstance(due, date) and bucket(due, LAST) == name
    return Money(_cents(row, "open" if "open" in row else "amount")) if shown else None


def _later(days: int) -> Callable[[Row, Random], Cell]:
    return lambda row, _: _day(row) + timedelta(days=days)


#: Name -> columns that stand besides: header in each language, and the cell of a row.
EXTRA: dict[str, list[tuple[str, Callable[[Row, Random], Cell]]]] = {
    "net_vat": [("Net amount|Bedrag excl. btw|Montant HT|Nettobetrag", _share(1 / 1.21)),
                ("VAT|Btw|TVA|MwSt", lambda r, _: _vat(r))],
    "net": [("Net|Netto|HT|Netto", _share(1 / 1.21))],
    "subtotal": [("Subtotal|Subtotaal|Sous-total HT|Zwischensumme", _share(1 / 1.21)),
                 ("Tax|Belasting|Taxe|Steuer", lambda r, _: _vat(r))],
    "vat_rate": [("VAT %|Btw %|Taux TVA|MwSt-Satz", _some("21", "6"))],
    "margin": [("Margin|Marge|Marge|Deckungsbeitrag", _share(0.27))],
    "cost": [("Cost price|Kostprijs|Prix de revient|Einstandspreis", _share(0.6))],
    "commission": [("Commission|Commissie|Commission|Provision", _share(0.03))],
    "weight": [("Weight kg|Gewicht|Poids|Gewicht", lambda _, r: Money(r.randrange(100, 90000)))],
    "notes": [("Notes|Notities|Remarques|Bemerkung",
               _some("", "", "called, pays Friday", "cheque in the post; see mail", "paid?"))],
    "created": [("Created at|Aangemaakt op|Créé le|Erstellt am", _later(-1))],
    "modified": [("Last modified|Gewijzigd op|Modifié le|Geändert am", _later(6))],
    "exported": [("Exported on|Geëxporteerd op|Exporté le|Exportiert am",
                  lambda _r, _: LAST + timedelta(days=2))],
    "ordered": [("Order date|Orderdatum|Date de commande|Bestelldatum", _later(-9))],
    "delivered": [("Delivery date|Leverdatum|Date de livraison|Lieferdatum", _later(-2))],
    "reminded": [("Last reminder|Laatste aanmaning|Dernière relance|Letzte Mahnung", _later(21))],
    "discount_until": [("Discount date|Kortingsdatum|Date d'escompte|Skontodatum", _later(8))],
    "reference": [("Your reference|Uw referentie|Votre référence|Ihr Zeichen",
                   lambda _, r: f"PO-{r.randrange(1000, 9999)}")],
    "customer_ref": [("Customer reference|Klantreferentie|Réf. client|Kundenreferenz",
                      lambda _, r: f"{r.randrange(10000, 99999)}/{r.choice('AB')}")],
    "order_no": [("Order number|Ordernummer|N° de commande|Auftragsnummer",
                  lambda _, r: str(r.randrange(40000, 49999)))],
    "phone": [("Phone|Telefoon|Téléphone|Telefon", lambda _, r: f"0{r.randrange(10**8, 10**9)}")],
    "postcode": [("Postcode|Postcode|Code postal|PLZ", lambda _, r: str(r.randrange(1000, 9999)))],
    "country": [("Country|Land|Pays|Land", _some("BE", "NL", "FR"))],
    "quantity": [("Number of items|Aantal stuks|Nombre d'articles|Stückzahl",
                  lambda _, r: r.randrange(1, 40))],
    "running": [("Running balance|Lopend saldo|Solde progressif|Laufender Saldo", _some(None))],
    "discount": [("Discount|Korting|Remise|Rabatt", _share(0.02))],
    "currency": [("Currency|Valuta|Devise|Währung", _some("EUR"))],
    "month": [("Month|Maand|Mois|Monat", lambda r, _: f"{_day(r):%Y-%m}")],
    "year": [("Year|Jaar|Exercice|Jahr", lambda r, _: _day(r).year)],
    "late": [("Days overdue|Dagen te laat|Jours de retard|Tage überfällig",
              lambda r, _: max(0, (LAST - _due(r)).days))],
    "terms": [("Payment terms|Betalingstermijn|Conditions de paiement|Zahlungsbedingung",
               lambda r, _: f"{(_due(r) - _day(r)).days} days")],
    "ages": [(name, lambda r, _, b=b: _age(r, b)) for name, b in (  # type: ignore[misc]
        ("Not due", "not_due"), ("1-30", "1-30"), ("31-60", "31-60"), ("61-90", "61-90"),
        ("> 90", "over_90"))],
    "reminders": [("Reminder level|Aanmaningsniveau|Niveau de relance|Mahnstufe", _some(0, 1, 2))],
    "seller": [("Salesperson|Verkoper|Commercial|Verkäufer", _some("An", "Bob"))],
    "blocked": [("Blocked|Geblokkeerd|Bloqué|Gesperrt", _some("No", "No", "Yes"))],
    "sent": [("Sent|Verzonden|Envoyée|Versendet", _some("Yes"))],
    "paid_by": [("Payment method|Betaalwijze|Mode de paiement|Zahlungsart",
                 _some("Transfer", "Card", "Direct debit"))],
    "limit": [("Credit limit|Kredietlimiet|Plafond|Kreditlimit", lambda _r, _: Money(25_000_00))],
    "customer_balance": [("Customer balance|Saldo klant|Solde client|Kundensaldo", _some(None))],
    "empty": [("", _some("")), ("Remarks 2|Opmerking 2|Note 2|Notiz 2", _some(""))],
    "id": [("ID|ID|ID|ID", lambda _, r: str(r.randrange(10**6, 10**7)))],
    "line": [("#|#|#|#", _some(None))],
}  # fmt: skip
_LANGUAGES = ("en", "nl", "fr", "de")


def _in(shape: Shape, headers: str) -> str:
    words = headers.split("|")
    return words[_LANGUAGES.index(shape.language)] if len(words) > 1 else words[0]


def extra(shape: Shape, made: Made) -> None:
    """Add columns that are not needed."""
    table, random = made.tables[0], shape.random("extra")
    for n, (headers, value) in enumerate(EXTRA[shape["extra"]]):
        key, total = f"extra{n}", 0
        owed = tally((_owner(r)[0], _cents(r, "open" if "open" in r else "amount"))
                     for r in table.rows)  # fmt: skip
        table.columns.append(Column(key, _in(shape, headers)))
        for line, row in enumerate(table.rows, 1):
            row[key] = value(row, random)
            if shape["extra"] == "running":
                total += _cents(row)
                row[key] = Money(total)
            elif shape["extra"] == "customer_balance":
                row[key] = Money(owed.get(_owner(row)[0], 0))
            elif shape["extra"] == "line":
                row[key] = line


def due(shape: Shape, made: Made) -> None:
    """Leave the due days out, or show the days of terms in their place."""
    table = made.tables[0]
    place = table.place("due")
    if shape["due"] == "none":
        made.right = tuple(replace(f, aging=None) for f in made.right)
        del table.columns[place]
    else:
        words = "Payment terms (days)|Betalingstermijn|Délai de paiement|Zahlungsziel"
        table.columns[place] = Column("terms", _in(shape, words))
        for row in table.rows:
            row["terms"] = (_due(row) - _day(row)).days


def gross(shape: Shape, made: Made) -> None:
    """Show what is without VAT and the VAT, in place of their sum."""
    table = made.tables[0]
    place = table.place("amount")
    net, vat = EXTRA["net_vat"]
    table.columns[place : place + 1] = [Column("net", _in(shape, net[0])),
                                        Column("vat", _in(shape, vat[0]))]  # fmt: skip
    for row in table.rows:
        row["vat"] = _vat(row)
        row["net"] = Money(_cents(row) - _vat(row).cents)


def nothing(_: Shape, made: Made) -> None:
    """Leave cells empty that would say 0.00, and the other way round."""
    table = made.tables[0]
    for row in table.rows:
        for key in ("open", "paid"):
            if row.get(key) == Money(0):
                row[key] = None
        for key in ("debit", "credit"):
            if key in row and row[key] is None:
                row[key] = Money(0)


def order(shape: Shape, made: Made) -> None:
    """Put the columns in any order, or the rows."""
    random = shape.random("order")
    for table in made.tables:
        if shape["order"] == "columns":
            random.shuffle(table.columns)
        elif shape["order"] == "backwards":
            table.rows.reverse()
        else:
            random.shuffle(table.rows)


def _owner(row: Row) -> tuple[str, str]:
    """Return the customer of a row, and what he is called."""
    number, name = str(row.get("customer_no") or ""), str(row.get("customer") or "")
    return f"{row.get('company')} {number} {name}", name or number


def _by_customer(table: Table) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = {}
    for row in table.rows:
        groups.setdefault(_owner(row)[0], []).append(row)
    return groups


def _sums(table: Table, rows: list[Row]) -> Row:
    """Return the amounts of rows, added up."""
    money = [k for k in table.keys if any(isinstance(r.get(k), Money) for r in table.rows)]
    return {key: Money(sum(_cents(r, key) for r in rows if r.get(key))) for key in money}


def grouping(shape: Shape, made: Made) -> None:
    """Group the rows by customer: headings, blanks, subtotals."""
    way, table = shape["grouping"], made.tables[0]
    word = SUBTOTALS[shape.language]
    rows: list[Row] = []
    heads = way.startswith("heading")
    for group in _by_customer(table).values():
        name = _owner(group[0])[1]
        label: Row = {table.columns[0].key: f"{TOTALS[shape.language]} {name}" if heads else word}
        total: Row = label | _sums(table, group)
        who: Row = {k: group[0][k] for k in ("company", "customer_no", "customer") if k in group[0]}
        if heads:
            rows.append({table.columns[1 if len(who) < 2 else 0].key: name})
            for row in group:
                for key in ("customer_no", "customer"):
                    row.pop(key, None)
        elif way == "blank":
            for row in group[1:]:
                row.update(dict.fromkeys(("customer_no", "customer"), None))
        elif way == "subtotal_filled":
            total |= who
        rows += group
        if way in ("heading_total", "subtotal", "subtotal_filled"):
            rows.append(total)
    table.rows = rows
    if heads:
        table.columns = [c for c in table.columns if c.key not in ("customer_no", "customer")]
        for row in table.rows:  # the heading stands in the first column
            if len(row) == 1:
                (head,) = row.values()
                row.clear()
                row[table.columns[0].key] = head


def bottom(shape: Shape, made: Made) -> None:
    """Put a total, or a line of text, below the rows."""
    table, way = made.tables[0], shape["bottom"]
    first, total = table.columns[0].key, TOTALS[shape.language]
    sums = _sums(table, table.rows)
    if way == "total":
        table.rows.append(sums | {first: total})
    elif way == "total_bare":
        table.rows.append(sums)
    elif way == "total_filled":
        names: Row = {k: total for k in ("customer_no", "customer") if k in table.keys}
        table.rows.append(sums | names | {"date": LAST, first: f"{total}:"})
    elif way == "total_apart":
        table.below = [[]]
        place = "customer" if "customer" in table.keys else first
        table.rows.append(sums | {place: f"Grand {total}"})
    elif way == "text":
        table.below = [[], [f"{len(table.rows)} records - page 1 of 1"]]
    elif way == "signed":
        table.below = [["Exported by Finance Suite 9.1", f"{LAST:%d/%m/%Y}"]]


def top(shape: Shape, made: Made) -> None:
    """Put titles, or a second row of headers, above the rows."""
    way = shape["top"]
    for table in made.tables:
        width = len(table.columns)
        if way == "title":
            table.above = [["Open items by customer"], []]
        elif way == "report":
            table.above = [["Example Trading Ltd"], ["Customer list, detailed"],
                           ["As of", f"{LAST:%d/%m/%Y}"], []]  # fmt: skip
        elif way == "filters":
            table.above = [["Date from:", "2025-01-01", "to:", LAST.isoformat()],
                           ["Customer:", "all"], ["Amount:", ">= 0"]]  # fmt: skip
        elif way == "blank":
            table.above = [[], []]
        elif way == "two_headers":
            owned = {"customer_no", "customer", "company"}
            words = ["Customer" if k in owned else "Document" for k in table.keys]
            table.above = [[w if n == 0 or w != words[n - 1] else "" for n, w in enumerate(words)]]
        elif way == "letters":
            table.above = [[chr(65 + n % 26) for n in range(width)]]


def balance(shape: Shape, made: Made) -> None:
    """Add rows that name a balance: an opening one is owed, a closing one only says what is."""
    table, way = made.tables[0], shape["balance"]
    opening, closing = BALANCES[shape.language]
    first = min(_day(r) for r in table.rows) - timedelta(days=20)
    row = table.rows[0]
    who: Row = {k: row[k] for k in ("company", "customer_no", "customer") if k in row}
    key = _owner(row)[1] if made.by == "name" else str(row.get("customer_no")).lstrip("0")
    mine = [r for r in table.rows if _owner(r) == _owner(row)]
    before = OPENING if way in ("opening", "both") else 0

    def posting(label: str, day: date, cents: int) -> Row:
        found: Row = {"number": label, **who, "date": day, "due": day}
        if "debit" in table.keys:
            sides = {"debit": Money(cents)} if cents >= 0 else {"credit": Money(-cents)}
            return found | sides
        if "open" in table.keys:
            found["open"] = Money(cents)
        if "dc" in table.keys:
            found["dc"] = "D" if cents >= 0 else "C"
        return found | {"amount": Money(cents)}

    if way in ("closing", "both"):
        shown = "open" if "open" in table.keys else "amount"
        table.rows.append(posting(closing, LAST, before + sum(_cents(r, shown) for r in mine)))
    if before:
        table.rows.insert(0, posting(opening, first, before))
        made.right = tuple(_with_opening(f, key, first) for f in made.right)


def _with_opening(figures: Figures, key: str, day: date) -> Figures:
    owed = tally([*figures.receivables.items(), (key, OPENING)])
    aging = figures.aging
    if aging is not None:
        aging = tally([*aging.items(), (bucket(day, LAST), OPENING)])
    return replace(figures, receivables=owed, aging=aging)


def customers(shape: Shape, made: Made) -> None:
    """Put a list of customers beside, with or without the zeros of their numbers."""
    seen: dict[str, Row] = {}
    for row in made.tables[0].rows:
        if row.get("customer_no"):
            seen.setdefault(str(row["customer_no"]), row)
    lost = shape["customers"] == "zeros_lost"
    rows: list[Row] = [
        {"customer_no": n.lstrip("0") if lost else n,
         "customer": row.get("customer") or f"Name {n}",
         "country": "BE", "limit": Money(10_000_00)}
        for n, row in seen.items()
    ]  # fmt: skip
    columns = [Column(k, shape.header(k)) for k in ("customer_no", "customer")]
    columns += [Column("country", "Country"), Column("limit", "Credit limit")]
    made.tables.append(Table("customers", columns, rows))


def zeros(made: Made) -> None:
    """Lose the zeros of the customers' numbers in all files but the first."""
    for table in made.tables[1:]:
        for row in table.rows:
            if isinstance(number := row.get("customer_no"), str):
                row["customer_no"] = number.lstrip("0")

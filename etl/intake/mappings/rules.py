"""Values that follow from several columns: the table `[derived]` of a mapping file.

    [derived]
    customer_id = { first = ["Account number", "Contact"] }
    document_id = { join = ["Day book", "Year", "Number"], by = "-" }
    amount = { sum = ["Net", "VAT"], less = ["Discount"] }
    open_amount = { cents = "amount_due_cents", currency = "currency" }
    kind = [
      { value = "payment", when = { "Journal" = ["BNK*", "CASH*"] } },
      { value = "credit_note", when = { "Journal" = ["^R[A-Z]+/"] }, unless = { "Type" = ["X"] } },
    ]

Of several rules the first that holds and gives something counts. A word of a condition is compared
without regard to case and accents; `BNK*` is how a cell begins, `*` any cell that is not empty, ``
one that is, and what begins with `^` is a regular expression. There is nothing else: no SQL, and
no names of tables or functions, so that a file from anywhere can say them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import duckdb

from data.core.texts import N_
from etl.intake.headers import alternatives
from etl.intake.mappings.said import Place

_LISTS = ("first", "join", "sum", "less")
KEYS = ("value", *_LISTS, "by", "cents", "currency", "when", "unless")
Conditions = Mapping[str, tuple[str, ...]]
"""Their header -> what its cell may be."""


@dataclass(frozen=True)
class Rule:
    """One way to a value: exactly one of `value`, `first`, `join`, `sum` with `less`, `cents`."""

    value: str | None = None
    """The value itself."""
    first: tuple[str, ...] = ()
    """Headers: the first cell that is not empty."""
    join: tuple[str, ...] = ()
    """Headers: all cells that are not empty, `by` between them."""
    by: str = " "
    sum: tuple[str, ...] = ()
    """Headers of amounts to be added."""
    less: tuple[str, ...] = ()
    """Headers of amounts to be taken off."""
    cents: str = ""
    """Header of an amount in the smallest unit of its currency."""
    currency: str = ""
    """Header of that currency; where there is none, it has hundredths."""
    when: Conditions = field(default_factory=dict)
    """All must hold."""
    unless: Conditions = field(default_factory=dict)
    """None may hold."""

    @property
    def counts(self) -> bool:
        """Whether it makes an amount out of amounts."""
        return bool(self.sum or self.less or self.cents)

    @property
    def read(self) -> tuple[str, ...]:
        """The headers that the value is read from."""
        given = (*self.first, *self.join, *self.sum, *self.less, self.cents)
        return tuple(filter(None, given))

    @property
    def headers(self) -> tuple[str, ...]:
        """All headers that it speaks of."""
        asked = (*self.when, *self.unless)
        return tuple(dict.fromkeys((*asked, *self.read, *filter(None, (self.currency,)))))

    def document(self) -> dict[str, object]:
        """Return what a mapping file says."""
        said: dict[str, object] = {}
        for key in KEYS:
            value = getattr(self, key)
            if key in ("when", "unless"):
                value = {h: list(words) for h, words in value.items()}
            elif isinstance(value, tuple):
                value = list(value)
            if value not in (None, "", [], {}) and (key != "by" or self.join):
                said[key] = value
        return said

    def found(self, header: Callable[[str], str | None]) -> Rule | None:
        """Return the rule for a table that may lack columns; None where nothing of it is left."""

        def there(names: Sequence[str]) -> tuple[str, ...]:
            return tuple(h for n in names if (h := header(n)))

        when = {h: words for n, words in self.when.items() if (h := header(n))}
        if len(when) < len(self.when):
            return None  # it asks for what no row has
        rule = Rule(
            self.value, there(self.first), there(self.join), self.by, there(self.sum),
            there(self.less), header(self.cents) or "" if self.cents else "",
            header(self.currency) or "" if self.currency else "", when,
            {h: words for n, words in self.unless.items() if (h := header(n))},
        )  # fmt: skip
        return rule if rule.value is not None or rule.read else None


def headers_of(rules: Mapping[str, Sequence[Rule]]) -> tuple[str, ...]:
    """Return all headers that rules speak of."""
    return tuple(dict.fromkeys(h for given in rules.values() for r in given for h in r.headers))


def parse_rules(place: Place, said: object) -> tuple[Rule, ...]:
    """Return what is said of one derived column; `FileError` where it makes no sense."""
    listed = list(enumerate(said, 1)) if isinstance(said, list) else [(0, said)]
    rules = tuple(_rule(place.inside(str(n)) if n else place, one) for n, one in listed)
    if not rules:
        raise place.wrong(_RULE, said)
    return rules


_RULE = N_(
    '{key} is a rule, as in {{ first = ["Number", "Name"] }}, or a list of them; not {value}.'
)
_ONE = N_("{key} says one of value, first, join, sum, less, cents; not {value}.")
_PATTERN = N_("{key} is a list of words, the start of words as in BNK*, or patterns; not {value}.")


def _rule(place: Place, said: object) -> Rule:
    if not isinstance(said, dict):
        raise place.wrong(_RULE, said)
    for key in said:
        place.known(key, KEYS, N_("a part of a rule"))
    rule = Rule(
        value=place.text(said, "value") if "value" in said else None,
        first=place.headers(said, "first"),
        join=place.headers(said, "join"),
        by=place.text(said, "by") if "by" in said else " ",
        sum=place.headers(said, "sum"),
        less=place.headers(said, "less"),
        cents=place.header(said, "cents") if "cents" in said else "",
        currency=place.header(said, "currency") if "currency" in said else "",
        when=_conditions(place.inside("when"), said.get("when", {})),
        unless=_conditions(place.inside("unless"), said.get("unless", {})),
    )
    ways = (rule.value is not None, rule.first, rule.join, rule.sum or rule.less, rule.cents)
    if sum(map(bool, ways)) != 1:
        raise place.wrong(_ONE, ", ".join(said) or "{}")
    return rule


def _conditions(place: Place, said: object) -> Conditions:
    if not isinstance(said, dict):
        raise place.wrong(
            N_('{key} is a table, as in {{ "Type" = ["A", "B*"] }}; not {value}.'), said
        )
    found = {}
    for header, words in said.items():
        place.named(header)
        if not isinstance(words, list) or not words or not all(isinstance(w, str) for w in words):
            raise place.inside(header).wrong(_PATTERN, words)
        for word in words:
            if word.startswith("^") and not _is_pattern(word):
                raise place.inside(header).wrong(_PATTERN, word)
        found[header] = tuple(words)
    return found


def _is_pattern(pattern: str) -> bool:
    try:
        duckdb.execute("select regexp_matches('', $pattern)", {"pattern": pattern})
    except duckdb.Error:
        return False
    return True


def literal(text: str) -> str:
    """Return `text` as an SQL string.

    >>> literal("l'an")
    "'l''an'"
    """
    return "'" + text.replace("\0", "").replace("'", "''") + "'"


def condition(rule: Rule, cell: Callable[[str], str]) -> str:
    """Return SQL that is true where a rule holds; `cell` gives that of a header."""
    holds = [f"({_any(cell(h), words)})" for h, words in rule.when.items()]
    holds += [f"not ({_any(cell(h), words)})" for h, words in rule.unless.items()]
    return " and ".join(holds) or "true"


def _any(cell: str, words: Sequence[str]) -> str:
    return " or ".join(_one(cell, word) for word in words)


def _one(cell: str, word: str) -> str:
    plain = f"strip_accents(lower(trim(coalesce({cell}, ''))))"
    if word == "*":
        return f"{cell} is not null"
    if word.startswith("^"):
        return f"coalesce(regexp_matches({cell}, {literal(word)}), false)"
    if word.endswith("*"):
        return f"starts_with({plain}, {literal(_plain(word[:-1]))})"
    return f"{plain} = {literal(_plain(word))}"


def _plain(word: str) -> str:
    text = unicodedata.normalize("NFKD", word.strip().lower())
    return "".join(c for c in text if not unicodedata.combining(c))


def all_alternatives(headers: Sequence[str]) -> Iterator[str]:
    """Yield every header that may be meant by those given, `A | B` being two."""
    for header in headers:
        yield from alternatives(header)

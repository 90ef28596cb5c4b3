"""The axes, the plain value of each first, and which of them mean something for a shape."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from benchmarks.shapes import changes
from benchmarks.shapes.forms import DAYS, NUMBERS
from benchmarks.shapes.lists import LEDGERS, LISTS, STATUS, WITH_PAYMENTS, listed
from benchmarks.shapes.shape import Made, Shape
from benchmarks.shapes.words import HEADERS, STATES, YES_NO
from benchmarks.shapes.words import listed as words

_RENAMED = tuple(f"{key}:{n}" for key in HEADERS["en"] for n in range(1, 13))

#: Axis -> its values; the first is the plain one, which a shape does not name.
AXES: dict[str, tuple[str, ...]] = {
    "list": tuple(LISTS),
    "ledger": ("invented", "demo"),
    "language": tuple(HEADERS),
    "headings": ("usual", "other"),
    "renamed": ("none", *_RENAMED),
    "by": ("both", "number", "name", "joined"),
    "due": ("given", "none", "terms"),
    "gross": ("given", "net_and_vat"),
    "nothing": ("usual", "other"),
    "pay_numbers": ("given", "none"),
    "credits": ("none", "sign", "kind", "kind_sign", "flag", "prefix", "text"),
    "kind_words": ("usual", "other"),
    "states": ("own", *STATES),
    "state": ("simple", "part", "part_open", "part_amount", "written_off", "void", "draft",
              "unknown"),
    "state_words": ("usual", "other"),
    "yes_no": tuple(YES_NO),
    "refunds": ("none", "sign", "word", "both"),
    "payment_sign": ("positive", "negative"),
    "instalment": ("bare", "numbered"),
    "number": tuple(NUMBERS),
    "day": tuple(DAYS),
    "numbering": ("letters", "digits", "slash"),
    "texts": ("plain", "zeros", "equals", "apostrophe", "zeros_lost"),
    "company": ("none", "one", "several"),
    "customers": ("none", "beside", "zeros_lost"),
    "extra": ("none", *changes.EXTRA),
    "order": ("usual", "columns", "backwards", "rows"),
    "top": ("none", "title", "report", "filters", "blank", "two_headers", "letters"),
    "bottom": ("none", "total", "total_bare", "total_filled", "total_apart", "text", "signed"),
    "grouping": ("none", "heading", "heading_total", "blank", "subtotal", "subtotal_filled"),
    "balance": ("none", "opening", "closing", "both"),
    "file": ("csv", "xlsx", "xlsx_text", "xlsx_hidden_column", "xlsx_hidden_sheet",
             "xlsx_two_sheets", "xlsx_one_book", "xlsx_not_calculated", "xlsx_zero_formulas"),
    "separator": (";", ",", "tab", "pipe"),
    "quoting": ("minimal", "all", "text", "single"),
    "encoding": ("utf-8", "utf-8-sig", "cp1252", "utf-16", "cp850", "utf-16-be"),
    "ending": ("\\n", "crlf", "cr"),
    "pollution": ("none", "missing_separator", "extra_separator", "short_row", "long_row",
                  "trailing_separator", "trailing_all", "bare_quote", "open_quote", "two_tables",
                  "repeated_header", "empty_lines", "empty_rows", "bom_middle", "sep_line",
                  "line_break", "comments", "spaces", "ruler",
                  "backslash", "no_header", "mixed_endings"),
}  # fmt: skip
TEXT_ONLY = ("separator", "quoting", "encoding", "ending", "pollution")
PAYMENTS = (*WITH_PAYMENTS, "receipts")


def build(shape: Shape) -> Made:
    """Return the tables of a shape with all that stands in and around them."""
    made = listed(shape)
    if shape["texts"] == "zeros_lost":
        changes.zeros(made)
    for axis, change in (
        ("customers", changes.customers),
        ("due", changes.due),
        ("gross", changes.gross),
        ("nothing", changes.nothing),
        ("balance", changes.balance),
        ("order", changes.order),
        ("extra", changes.extra),
        ("grouping", changes.grouping),
        ("bottom", changes.bottom),
        ("top", changes.top),
    ):
        if shape[axis]:
            change(shape, made)
    if made.by == "number" and not shape["pollution"]:  # which may spoil a name
        pairs = ((r.get("customer_no"), r.get("customer")) for r in made.tables[0].rows)
        made.names = {str(n).lstrip("0"): str(name) for n, name in pairs if n and name}
    return made


def sensible(shape: Shape) -> Shape:
    """Return the shape without the values that mean nothing beside the others."""
    v = {a: x for a, x in shape.values.items() if x != AXES[a][0]}
    kind = v.get("list", "open")
    ledger, receipts = kind in LEDGERS, kind == "receipts"

    def drop(*axes: str) -> None:
        for axis in axes:
            v.pop(axis, None)

    if v.get("file", "csv") != "csv":
        drop(*TEXT_ONLY)
        if v["file"] == "xlsx_one_book" and kind not in WITH_PAYMENTS and "customers" not in v:
            v["file"] = "xlsx"
        if v["file"] != "xlsx_text":
            drop("number", "day")
    if kind not in STATUS:
        drop("states", "state", "state_words")
    if v.get("company") == "several" or v.keys() & {"texts", "state", "numbering", "refunds"} or (
        v.get("number", "").startswith("whole") or v.get("credits") == "prefix"
    ):  # fmt: skip
        drop("ledger")
    if v.get("states") == v.get("language", "en"):
        drop("states")
    if ledger and "credits" in v:
        v["credits"] = "kind"
    if receipts:
        drop("credits", "balance", "due")
    if receipts or ledger or kind in ("lines", "lines_total", "instalments"):
        drop("gross")
    if ledger or kind == "instalments":
        drop("due")
    if "gross" in v:
        drop("extra", "balance")
    if "due" in v:
        drop("balance")
    if kind not in ("open", "open_status", "paid_amount", "paid_both", "ledger", "ledger_no_kind"):
        drop("nothing")
    if kind == "receipts" or ledger:
        drop("grouping")
    if v.get("credits") != "flag" and kind != "paid_flag":
        drop("yes_no")
    if kind not in (*PAYMENTS, *LEDGERS) or receipts:
        drop("refunds")
    if ledger and "refunds" in v:
        v["refunds"] = "word"
    if kind not in PAYMENTS:
        drop("payment_sign", "pay_numbers")
    if kind != "instalments":
        drop("instalment")
    if v.get("credits") not in ("kind", "kind_sign", "text") and not ledger and (
        v.get("refunds") not in ("word", "both")
    ):  # fmt: skip
        drop("kind_words")
    if v.get("credits") in ("prefix", "text"):
        drop("numbering")
    if v.get("by") in ("name", "joined"):
        drop("texts", "customers")
        if v.get("pollution") in ("bare_quote", "open_quote", "backslash"):
            drop("pollution")  # what the name is, nobody knows
    if v.get("texts") == "zeros_lost" and kind not in WITH_PAYMENTS:
        drop("texts")
    if v.get("customers") == "zeros_lost":
        v["texts"] = "zeros"
    if v.get("company") == "several":
        drop("grouping", "customers")
        if v.get("by") == "number":
            drop("by")
    if "grouping" in v or kind in ("repeated", "lines", "lines_total", "instalments"):
        drop("balance")
    if "grouping" in v and v.get("order") != "columns":
        drop("order")
    if v.get("balance") and kind not in ("open", "plain", "ledger_no_kind"):
        drop("balance")
    found = Shape(v, shape.seed)
    if "renamed" in v:
        key, _, place = v["renamed"].partition(":")
        there = {k for table in listed(found).tables for k in table.keys}
        if key not in there or int(place) >= len(words(HEADERS[found.language][key])):
            drop("renamed")
    return Shape(v, shape.seed)


#: What a file cannot tell, by the values of a shape that make it so: only asking, or saying why
#: it cannot be read, is right.
UNTOLD: tuple[tuple[dict[str, str], str], ...] = (
    ({"state": "unknown"}, "a state in a word that nobody knows"),
    ({"state": "part", "list": "status"}, "paid in part, and no column says how much"),
    ({"number": "whole_dot"}, "1.234 may be a thousand or one and a bit, in every row"),
    ({"number": "whole_comma"}, "1,234 may be a thousand or one and a bit, in every row"),
    ({"texts": "zeros_lost"}, "00123 in one file and 123 in the other"),
    ({"customers": "zeros_lost"}, "00123 in one file and 123 in the other"),
    ({"file": "xlsx_not_calculated"}, "formulas without results"),
    ({"pollution": "no_header"}, "columns without headers"),
)
#: Pollution that takes a row its cells: which one is lost or too much, nobody can say.
SPOILT = ("missing_separator", "extra_separator", "short_row", "long_row", "open_quote")


def untold(shape: Shape) -> str:
    """Return what the files of a shape cannot tell; '' where they tell all."""
    for values, why in UNTOLD:
        if all(shape[axis] == value for axis, value in values.items()):
            return why
    return ""


def singles(seed: int) -> Iterator[Shape]:
    """Yield every list alone, and the plain one with each value of each other axis."""
    seen: set[str] = set()
    companions = {
        "states": {"list": "status"}, "state": {"list": "status"}, "yes_no": {"list": "paid_flag"},
        "state_words": {"list": "status"}, "refunds": {"list": "payments"},
        "pay_numbers": {"list": "payments"},
        "payment_sign": {"list": "payments"}, "instalment": {"list": "instalments"},
        "kind_words": {"credits": "kind"},
    }  # fmt: skip
    for axis, values in AXES.items():
        for value in values if axis != "renamed" else ():
            shape = sensible(Shape({**companions.get(axis, {}), axis: value}, seed + len(seen)))
            if shape.name() not in seen:
                seen.add(shape.name())
                yield shape


def at_random(seed: int, fixed: dict[str, str]) -> Shape:
    """Return a shape: any list, and of the other axes about one in eight not plain."""
    random = Random(f"shape {seed}")
    values = {"list": random.choice(AXES["list"])}
    for axis, known in AXES.items():
        if axis != "list" and random.random() < (0.3 if axis in ("renamed", "credits") else 0.11):
            values[axis] = random.choice(known)
    return sensible(Shape(values | fixed, seed))


def shapes(count: int, seed: int, fixed: dict[str, str]) -> Iterator[Shape]:
    """Yield so many shapes: the single values first where nothing is fixed, then random ones."""
    given = 0
    if not fixed:
        for shape in singles(seed * 1_000_000):
            if given < count:
                given += 1
                yield shape
    n = seed * 1_000_000 + 500_000
    tries = 0
    while given < count and tries < count * 50:
        shape = at_random(n + tries, fixed)
        tries += 1
        if all(shape[a] == ("" if v == AXES[a][0] else v) for a, v in fixed.items()):
            given += 1
            yield shape

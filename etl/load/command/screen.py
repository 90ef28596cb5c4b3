"""The sentences of a load on the command line, in English: what was understood, asked, left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

from data.core.reading import Question, Sample
from etl.load.presets import lines_of
from etl.report import Failure, FileReport, LoadReport

_NAMES = {
    "invoice": ("invoice", "invoices"),
    "credit_note": ("credit note", "credit notes"),
    "payment": ("payment", "payments"),
    "write_off": ("write-off", "write-offs"),
    "opening": ("opening balance", "opening balances"),
    "adjustment": ("adjustment", "adjustments"),
    "matches": ("match", "matches"),
    "customers": ("customer", "customers"),
    "rates": ("exchange rate", "exchange rates"),
}


def money(amount: Decimal) -> str:
    """Return an amount to the cent."""
    return f"{amount:,.2f}"


def sentence(file: FileReport) -> str:
    """Return what a file tells of, in one sentence.

    >>> from data.core.reading import Told
    >>> told = Told({"invoice": 118, "credit_note": 1}, 63, ["EUR"], 31)
    >>> days = (date(2025, 1, 2), date(2025, 9, 30))
    >>> sentence(FileReport("a.csv", "table", "loaded", "invoices", "", *days, told=told))
    '118 invoices and 1 credit note of 63 customers, 2 Jan 2025 to 30 Sep 2025, in EUR; 31 are paid'
    """
    told = file.told
    if not told.kinds:
        return "nothing usable: no row of it is kept"
    kinds = [counted(count, *_NAMES.get(k, (k, k))) for k, count in told.kinds.items()]
    said = " and ".join(filter(None, (", ".join(kinds[:-1]), kinds[-1])))
    if told.customers:
        said += f" of {counted(told.customers, 'customer', 'customers')}"
    if file.first_day and file.last_day:
        said += f", {day(file.first_day)} to {day(file.last_day)}"
    if told.currencies:
        said += f", in {', '.join(told.currencies)}"
    ends = [
        f"{count:,} {'is' if count == 1 else 'are'} {how}"
        for count, how in ((told.paid, "paid"), (told.written_off, "written off"))
        if count
    ]
    return f"{said}; {' and '.join(ends)}" if ends else said


def counted(count: int, one: str, many: str) -> str:
    """Return a count with its noun."""
    return f"{count:,} {one if count == 1 else many}"


def day(value: date) -> str:
    """Return a day in words."""
    return f"{value.day} {value:%b %Y}"


def samples(file: FileReport) -> list[tuple[str, ...]]:
    """Return the first documents of a file: number, customer, kind, day, due day, amount."""
    return [_sample(one) for one in file.told.samples]


def _sample(one: Sample) -> tuple[str, ...]:
    kind, _many = _NAMES.get(one.kind, (one.kind, one.kind))
    return (
        one.document_id or "(no number)",
        one.customer or "(no customer)",
        kind,
        str(one.issued_on or "no day"),
        f"due {one.due_on}" if one.due_on else "",
        f"{money(one.amount)} {one.currency}".strip() if one.amount is not None else "",
    )


def left_out(file: FileReport) -> Iterator[str]:
    """Yield what does not count of a file, and why, with amounts where they are known."""
    for reason, count in file.left_out.items():
        if count:
            worth = _worth(file.left_out_amounts, reason)
            yield f"{counted(count, 'row', 'rows')} left out{worth}: {reason}"
    if file.rows_rejected:
        amount = "" if file.refused_amount is None else f" ({money(file.refused_amount)})"
        yield f"{counted(file.rows_rejected, 'row', 'rows')} refused{amount}"


def _worth(amounts: Mapping[str, Decimal], reason: str) -> str:
    return f" ({money(amounts[reason])})" if reason in amounts else ""


def green(file: FileReport) -> bool:
    """Return whether a file may be called understood: most of it was usable."""
    if file.status != "loaded":
        return True
    return bool(file.told.kinds) and file.rows_rejected < file.rows_kept


def question(asked: Question) -> list[str]:
    """Return a question as lines: its sentence, the values, the choices, and what answers it."""
    lines = [f"? {asked.text}"]
    for value in asked.values:
        amount = "" if value.amount is None else f", {money(value.amount)}"
        lines.append(f"    “{value.text}”: {counted(value.rows, 'row', 'rows')}{amount}")
    lines += [
        f"    {c.label}" if c.label.startswith(c.value) else f"    {c.value}: {c.label}"
        for c in asked.choices
    ]
    lines.append("  Answer it in a mapping file (--map), for instance:")
    return [*lines, *(f"    {line}" for line in lines_of(asked))]


def last_line(report: LoadReport) -> str:
    """Return how a load ended, and why its exit code is what it is.

    >>> last_line(LoadReport(published=True))
    'Everything was understood.'
    """
    if not report.tied:
        return "Nothing was published: it does not tie to your own system (exit 1)."
    if not all(c.ok for c in report.controls):
        return "Nothing was published: a control total does not hold (exit 1)."
    asked = [f.name for f in report.failures if f.asked and f.name]
    failed = [f.name for f in report.failures if not f.asked and f.name]
    parts = []
    if failed:
        parts.append(f"not understood: {_some(failed)}")
    if asked:
        parts.append(f"a question is open about {_some(asked)}")
    if parts or report.failures:
        rest = "The rest is loaded; " if report.published else "Nothing was loaded; "
        return f"{rest}{'; '.join(parts) or 'the load failed'} (exit 1)."
    if report.refused:
        rows = counted(report.refused, "row was", "rows were")
        return f"Loaded, but {rows} refused (exit 3); --rejects FILE.csv lists them."
    if not report.published:
        return "Nothing new: these files are loaded already, and the data are as they were."
    return "Everything was understood."


def _some(names: list[str]) -> str:
    shown = ", ".join(names[:5])
    return f"{shown} and {len(names) - 5} more" if len(names) > 5 else shown


def failure(one: Failure) -> list[str]:
    """Return why a file was not loaded, with what is asked."""
    name = f"{one.name}: " if one.name else ""
    if not one.questions:
        mark = "?" if one.asked else "✗"
        return [f"{mark} {name}{one.reason} {one.remedy}".rstrip()]
    lines = [f"? {name}nothing of it is loaded until this is answered:"]
    for asked in one.questions:
        lines += [f"  {line}" for line in question(asked)]
    return lines

"""Payment terms as people and programs write them: the one place where they are read.

    30 days net, NET30, ZB30, 30                  30 days
    2 months, 1M                                  to the same day of a later month
    30 EOM, EOM+30, fin de mois + 30 jours        the end of the month, and 30 days from there
    30 jours fin de mois, 30 dagen einde maand    30 days, and on to the end of that month
    30 jours fin de mois le 10                    ... and on to the next 10th
    end of next month, le 10 du mois suivant      without any days
    2/10 net 30, 14 Tage 2 % Skonto, 30 Tage netto    30 days; a discount of 2 % within 10, 14
    #SKONTO#TAGE=14#PROZENT=2.25#                 a discount of 2.25 % within 14 days (XRechnung)
    zahlbar bis 04.07.2018                        due on that day

English, Dutch, French and German; of other languages that formats carry the words for days. Only
what is said once and plainly counts; where two numbers or days compete, where the days run from
another event than the invoice, or where parts of the amount have terms of their own, none does.

Whether the days come before the end of the month or after it is a matter of language: who writes
`fin de mois`, `einde maand` or `Monatsende` behind the days adds the days first, as most do there;
who writes EOM or `end of month` starts from the end of the month. A word between them (from, after,
na, après, nach, ab, +) is stronger than both.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from data.core.calendar import months_later
from etl.intake.tables.days import MONTH
from etl.intake.tables.words import plain

MOST_DAYS = 366

_UNIT = (
    r"[\s-]*(?:(?:calendar|kalender)\s*)?(?:days?|dagen|dag|dgn|jours?|tagen?|tage|"
    r"d|j|t|dias?|giorni|gg|dager?|dagar|dage|dni|dzien)\b\.?"
)
_DAYS = rf"(?<![\d.,/])(\d{{1,3}})\)?{_UNIT}"
_NET = (
    rf"\b(?:net|netto|nett|rein netto|n)\s*/?\s*(\d{{1,3}})\b(?!\s*%)(?:{_UNIT})?"
    rf"|{_DAYS}\s*(?:netto?s?\b|rein netto|ohne abzug|zonder korting|sans escompte)"
)
_MONTHS = r"(?<![\d.,/])(\d{1,2})[\s-]*(?:months?|maanden|maand|mois|monat(?:en?|s)?)\b"
_AT_ONCE = (
    r"\b(?:comptant|contant|a vue|sofort|immediate(?:ly)?|immediat|a reception|onmiddellijk|"
    r"due on receipt|prompt|(?:up)?on receipt|cash|cod|cia|prepaid|vooruitbetaling|vorkasse|"
    r"vorauskasse|bij ontvangst|bei erhalt|pronto pagamento|a pronto|rimessa diretta)\b"
)
_FRENCH_END = r"(?:fin (?:de |du )?mois|einde?(?: van)?(?: de)? maand|monatsende|ende (?:des )?monats?|fine mese|\bfin de mes\b|fim d[eo] mes|\bd\.?f\.?f\.?m\b|\bfdm\b|\bf\.d\.m\.?)"  # noqa: E501
_ENGLISH_END = r"(?:\beom\b|(?:end of|month)[ -](?:(?:the|invoice) )*(?:month|end)\b)"
_END = rf"(?:{_FRENCH_END}|{_ENGLISH_END})"
_FROM = (
    r"(?:\+|from|after|following|na|vanaf|apres|a compter(?: de)?(?: la)?|nach|ab|suivant(?: la)?)"
)
#: The month after that of the invoice.
_NEXT = (
    r"(?:(?:of |of the )?(?:next|following) month|(?:van )?(?:de )?volgende maand|"
    r"(?:du |de )?mois suivant|(?:des )?folgemonats?|(?:des )?nachsten monats?)"
)
_NEXT_END = (
    r"(?:end of (?:the )?(?:next|following) month|eind(?:e)?(?: van)?(?: de)? volgende maand|"
    r"fin (?:du |de )?mois suivant|ende (?:des )?(?:folgemonats?|nachsten monats?)|"
    r"(?:next|following) month[- ]end)"
)
_ON_DAY = (
    r"(?:\ble|\bde|\bop de|\bop|\bthe|\bon the|\bon|\bam|\bzum|\bden)\s*(\d{1,2})"
    r"(?:\.|st|nd|rd|th|er|e|ste|de)?(?=\s|$)|^\s*(\d{1,2})(?:st|nd|rd|th|er|e|ste|de)(?=\s)"
)
#: Points and commas at which nothing ends: zum 10. des, 1. März; einde maand, de 10e.
_NO_END = rf"(?<=\d)\.(?=\s(?:des|{'|'.join(MONTH)})\b)|,(?=\s(?:le|de|the|on|am|zum|op)\s[^,;]*$)"
#: The day of the invoice is the only one that terms may run from.
_EVENT = (
    r"deliver|livraison|lever(?:ing|datum)|lieferung|acceptance|acceptation|aanvaarding|abnahme|"
    r"shipment|expedition|completion|consegna|entrega|dostaw|leverans|oplevering|b/l|bill of lading"
)
_WORKING = r"werkdag|working day|business day|jours? ouvr|werktag|arbeitstag|bankdag"
_DISCOUNT = r"%|skonto|discount|escompte|korting|zinsen|interest|interets|\brente\b|penalit"
_LATE = r"zinsen|interest|interets|\brente\b|verzug|penalit"
_PERCENT = r"(\d{1,3}(?:[.,]\d{1,3})?)\s*(?:%|percent|procent|prozent|pct)"
#: Beyond this a percentage is a share of the amount, no discount.
_MOST_PERCENT = 15
#: `2/10 net 30`: a discount before what is net, or before another discount.
_SLASH = (
    r"(?<![\d/.,])(\d{1,2}(?:[.,]\d{1,2})?)\s*%?\s*/\s*(\d{1,2})(?!\d)(?:\s*(?:days?|d|j|t))?"
    r"(?=[\s,;]*(?:n\b|n/|n\d|net|\d{1,2}(?:[.,]\d{1,2})?\s*%?\s*/\s*\d))"
)
#: Where one thing said ends and the next begins; a comma or point within a number is none.
_CLAUSES = r"[;\n]|[,.](?=\s|$)|\s(?:oder|or|ou|of(?! (?:the|next|following|month|invoice))|sonst|else|anders|sinon)\s|(?<=\d)\s*/\s*(?=net)"  # noqa: E501
_XRECHNUNG = re.compile(r"#SKONTO#TAGE=(\d{1,3})#PROZENT=(\d{1,2}(?:\.\d{1,2})?)#", re.IGNORECASE)


@dataclass(frozen=True)
class Rule:
    """When an invoice falls due: the end of the month first or last, months and days between."""

    days: int = 0
    months: int = 0
    end: str = ""
    """`first`: from the end of the invoice's month; `last`: on to the end of the month; or ''."""
    day: int = 0
    """On to the next day of that number, where there is one."""

    @property
    def plain(self) -> bool:
        """It is a number of days."""
        return not (self.months or self.end or self.day)

    def due(self, issued_on: date) -> date:
        """Return the day on which an invoice of that day falls due.

        >>> day = date(2026, 1, 10)
        >>> Rule(30, end="last").due(day).isoformat(), Rule(30, end="first").due(day).isoformat()
        ('2026-02-28', '2026-03-02')
        >>> Rule(30, end="last", day=10).due(day).isoformat()
        '2026-03-10'
        """
        day = _month_end(issued_on) if self.end == "first" else issued_on
        day = months_later(day, self.months) + timedelta(self.days)
        if self.end == "last":
            day = _month_end(day)
        if self.day:
            day = _on(day if day.day <= self.day else months_later(day.replace(day=1), 1), self.day)
        return day


@dataclass(frozen=True)
class Terms:
    """What a text says: a day, a rule, and discounts."""

    due_on: date | None = None
    rule: Rule | None = None
    discounts: tuple[tuple[str, str], ...] = ()
    """Percent and days, as they are written."""

    def days(self, issued_on: date | None) -> int | None:
        """Return how many days after that day the rule lets an invoice fall due."""
        if self.rule is None or (issued_on is None and not self.rule.plain):
            return None
        if issued_on is None:
            return self.rule.days
        days = (self.rule.due(issued_on) - issued_on).days
        return days if days <= MOST_DAYS else None


def _month_end(day: date) -> date:
    return months_later(day.replace(day=1), 1) - timedelta(1)


def _on(day: date, number: int) -> date:
    """Return the day of that number in the month of `day`, or its last."""
    following = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return day.replace(day=min(number, (following - timedelta(1)).day))


def read_terms(text: str, issued_on: date | None = None) -> Terms:
    """Return what payment terms say; days that cannot be those of the invoice are left out.

    >>> read_terms("3% Skonto innerhalb 10 Tagen, 30 Tage netto")
    Terms(due_on=None, rule=Rule(days=30, months=0, end='', day=0), discounts=(('3', '10'),))
    >>> read_terms("zahlbar bis 04.07.2018", date(2018, 6, 5)).due_on
    datetime.date(2018, 7, 4)
    """
    if found := _code(text):
        return found
    discounts = [(percent, days) for days, percent in _XRECHNUNG.findall(text)]
    # lines that begin with # are XRechnung's own: discounts, and interest on late payment
    lines = [line for line in text.splitlines() if not line.strip().startswith("#")]
    rules: set[Rule] = set()
    due: set[date] = set()
    at_once = unclear = False
    whole = plain("\n".join(lines).replace("\n", " ; ")).replace(" ; ", "\n")
    discounts += re.findall(_SLASH, whole)
    whole = re.sub(_NO_END, "", re.sub(_SLASH, " ", whole))
    for clause in re.split(_CLAUSES, whole):
        rest = clause
        net = [a or b for a, b in re.findall(_NET, rest)]
        if re.search(_DISCOUNT, clause):
            if any(_share(p) for p in re.findall(_PERCENT, rest)) and not re.search(_LATE, clause):
                unclear = True
                continue
            # what is net stands beside a discount: 14 Tage 2 % 30 Tage netto
            rest = re.sub(_NET, " ", rest)
            discounts += _discount(rest, issued_on)
            rules |= {Rule(int(n)) for n in net}
            continue
        unclear |= bool(re.search(f"{_EVENT}|{_WORKING}", clause))
        at_once |= bool(re.search(_AT_ONCE, clause))
        rules |= _rules(clause)
        due |= _dates(clause)
    if issued_on is not None:
        due = {d for d in due if 0 <= (d - issued_on).days <= MOST_DAYS and d != issued_on}
    if at_once and not rules:
        rules = {Rule()}
    rule = rules.pop() if len(rules) == 1 and not unclear else None
    if rule is not None and rule.days + 31 * rule.months > MOST_DAYS:
        rule = None
    return Terms(due.pop() if len(due) == 1 else None, rule, tuple(dict.fromkeys(discounts)))


def _share(percent: str) -> bool:
    return float(percent.replace(",", ".")) > _MOST_PERCENT


def _code(text: str) -> Terms | None:
    """Return what a code or a bare number says, as programs write them; None where it is none."""
    code = re.sub(r"[\s_.-]+", "", re.sub(r"[.,]0+$", "", text.strip())).upper()
    days = r"(\d{1,3})"
    if found := re.fullmatch(
        rf"(?:NET|NT|N|D|DUE)?{days}(?:D|DAYS?|J|T|DF|DDF|N|NET|NETTO)?", code
    ):
        return _of(Rule(int(found[1])))
    # ZB01 to ZB06 are terms of SAP with discounts, not days
    if (found := re.fullmatch(r"ZB?(\d{2,3})", code)) and not 0 < int(found[1]) < 7:
        return _of(Rule(int(found[1])))
    if found := re.fullmatch(
        rf"(?:NET|N)?{days}[DJT]?\+?(EOM|CM|FDM|FM)(?:(?:LE|\+)?(\d{{1,2}}))?", code
    ):
        end = "first" if found[2] == "EOM" else "last"
        return _of(Rule(int(found[1]), 0, end, int(found[3] or 0)))
    if found := re.fullmatch(rf"(?:EOM|CM|FDM|FM)(?:\+?{days}[DJT]?)?", code):
        return _of(Rule(int(found[1] or 0), 0, "first"))
    if found := re.fullmatch(r"(\d{1,2})M", code):
        return _of(Rule(0, int(found[1])))
    return None


def _of(rule: Rule) -> Terms:
    """Return terms of that rule; none where it is beyond all that is agreed."""
    fits = rule.days + 31 * rule.months <= MOST_DAYS and rule.day <= 31
    return Terms(rule=rule if fits else None)


def _rules(clause: str) -> set[Rule]:
    """Return the rules that a clause without discounts names."""
    net = {int(a or b) for a, b in re.findall(_NET, clause)}
    days = net | {int(n) for n in re.findall(_DAYS, clause)}
    months = {int(n) for n in re.findall(_MONTHS, clause)}
    on_day = {int(a or b) for a, b in re.findall(_ON_DAY, clause)} & set(range(1, 32))
    if re.search(_NEXT_END, clause):
        # of the month after the invoice's; days besides are added to it
        rules = {Rule(n, 1, "first" if n else "last") for n in days or {0}}
        return rules if len(days) < 2 else set()
    if re.search(_NEXT, clause) and len(on_day) == 1 and not days:
        return {Rule(0, 0, "first", on_day.pop())} if not months else set()
    end = ""
    number = r"\d{1,3}(?:\)?" + _UNIT + r")?"
    if re.search(_END, clause):
        first = rf"{_END}\s*(?:{_FROM}\s*)?{number}|{number}\s*(?:net(?:to)?\s*)?{_FROM}\s*(?:the |de |het |la |du )?{_END}"  # noqa: E501
        english = re.search(_ENGLISH_END, clause) and not re.search(_FRENCH_END, clause)
        end = "first" if re.search(first, clause) or english else "last"
        if not (days or months):
            bare = re.findall(r"(?<![\d.,/])(\d{1,3})(?![\d.,/%])", re.sub(_ON_DAY, " ", clause))
            days = {int(n) for n in bare}
        days = days or ({0} if not months else set())
    if end and len(on_day) > 1:
        return set()
    day = on_day.pop() if end and on_day else 0
    if months and days - {0}:
        return set()
    return {Rule(n, 0, end, day) for n in days} | {Rule(0, n, end, day) for n in months}


def _discount(clause: str, issued_on: date | None) -> list[tuple[str, str]]:
    """Return percent and days of a clause that names as many of one as of the other."""
    if re.search(_LATE, clause):
        return []
    percents = re.findall(_PERCENT, clause)
    days = re.findall(_DAYS, clause) or re.findall(r"%\s*(\d{1,3})\b", clause)
    if not days and issued_on is not None:
        days = [str((d - issued_on).days) for d in sorted(_dates(clause)) if d >= issued_on]
    return list(zip(percents, days, strict=True)) if len(percents) == len(days) else []


def _dates(clause: str) -> set[date]:
    """Return the days written 31.12.2026, 31/12/26, 2026-12-31 or 31 december 2026."""
    parts: set[tuple[str, str, str]] = {
        (y if len(y) == 4 else f"20{y}", m, d)
        for d, m, y in re.findall(r"\b(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})\b", clause)
    }
    parts |= set(re.findall(r"\b(\d{4})-(\d{2})-(\d{2})\b", clause))
    for d, word, y in re.findall(
        r"\b(\d{1,2})(?:er|e|st|nd|rd|th|\.)? ([a-z]+)\.? (\d{4})\b", clause
    ):
        if word in MONTH:
            parts.add((y, str(MONTH[word]), d))
    days = set()
    for y, m, d in parts:
        try:
            days.add(date(int(y), int(m), int(d)))
        except ValueError:
            continue  # no day that exists: it says nothing
    return days

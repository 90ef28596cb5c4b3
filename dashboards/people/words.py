"""What a row of the audit log is about, in a reader's words: the row itself is never changed."""

from __future__ import annotations

import re

from dashboards.base.filters import Options
from dashboards.base.i18n import _
from dashboards.frame.who import sees_words
from data.core.rights import ROLES, Scope
from data.workspace.people.log import Done
from data.workspace.subjects.every import SUBJECTS

_ADDED = re.compile(r"(?P<login>\S+) (?P<role>\w+)(?: (?P<scope>\{.*\}))?")
_CHANGED = re.compile(
    r"(?P<login>\S+)(?: role=(?P<role>\w+))?(?: scope=(?P<scope>\{.*\})?)?"
    r"(?: active=(?P<active>True|False))?"
)


def about_words(done: Done, options: Options | None) -> str:
    """Return what a row is about; as it was kept where it is nothing but a name or an address."""
    if done.what in ("said", "took back"):
        subject, _space, customer = done.about.partition(" ")
        label = _(SUBJECTS[subject].label) if subject in SUBJECTS else subject
        return f"{label}: {customer}" if customer else label
    kind = {"account added": _ADDED, "account changed": _CHANGED}.get(done.what)
    found = kind.fullmatch(done.about) if kind else None
    if found is None:
        return done.about
    said = found.groupdict()
    role = ROLES.get(said["role"] or "")
    parts = [_(role)] if role else []
    if done.what == "account added" or " scope=" in done.about:
        parts.append(_sees(said["scope"] or "", options))
    if said.get("active"):
        parts.append(_("shut out") if said["active"] == "False" else _("let in again"))
    return f"{said['login']}: {'; '.join(parts)}" if parts else str(said["login"])


def _sees(scope: str, options: Options | None) -> str:
    try:
        return sees_words(Scope.read(scope), options) or _("all customers")
    except (ValueError, AttributeError, TypeError):  # of an earlier version, or cut
        return scope

"""What the checks of the load found, in the reader's words."""

from __future__ import annotations

import json

from dashboards.base.i18n import _
from dashboards.base.view import View
from data.core.texts import Text


def found_words(view: View, template: str, places: str | None) -> str:
    """Return the sentence of a finding, from its row in the table `findings`."""
    return Text(template, view.f.told(json.loads(places or "{}"))).render(_)

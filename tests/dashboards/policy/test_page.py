"""The policy as a reader sees it: each rule a sentence, who said so, what held before, the law."""

from __future__ import annotations

import json
import re
from datetime import date

import pytest
from plotly.utils import PlotlyJSONEncoder

from dashboards.base.format import Format
from dashboards.base.i18n import LANGUAGES, speaking
from dashboards.policy.figures import INTEREST, legal, parts, shown
from dashboards.policy.page import headline_words, interest_content, rules_content
from dashboards.policy.words import SENTENCES, value_words
from dashboards.server import create_app
from data.core.policy.dated import Dated
from data.core.policy.file import parse
from data.core.policy.rules import DEFAULTS, RULES
from data.reference.late_payment import rates
from tests.pages import small_company, view, words

SAID = """
terms_days = [
    { value = 30 },
    { since = 2025-01-01, value = 45, by = "An <Peeters>", note = "agreed at the fair" },
    { since = 2027-01-01, value = 60, by = "Bo" },
]
approval = [
    { value = [{ role = "Boss" }], by = "Board" },
    { since = 2026-02-01, value = [{ role = "Anna", up_to = 2500.50 }, { role = "Boss" }] },
]
interest = { BE = 8.25 }
buckets = "months:2"
[sets]
mine = "10,45"
"""


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return small_company(tmp_path_factory.mktemp("store"))


@pytest.fixture
def said(store):
    path = store.folder / "policy.toml"
    path.write_text(SAID, encoding="utf-8")
    yield store
    path.unlink()


def text(*content) -> str:
    drawn = json.loads(json.dumps(content, cls=PlotlyJSONEncoder))
    return re.sub(r" +", " ", words(drawn)).replace(" .", ".")


def test_every_rule_has_its_sentence_and_stands_under_one_heading():
    assert set(SENTENCES) == set(RULES)
    assert all(sentence.count("{value}") == 1 for sentence in SENTENCES.values())
    listed = parts(DEFAULTS, date(2026, 1, 1))
    assert [one.name for part in listed.values() for one in part] == list(RULES)
    for part in listed.values():
        # a part says once when its rules act
        assert len({RULES[one.name].books for one in part}) == 1


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_value_can_be_said(code):
    policies = (DEFAULTS, parse(SAID), parse('own_size = "small"\ncompensation = { NL = 12.5 }'))
    with speaking(code):
        for policy in policies:
            for name, value in policy.dated.items():
                for step in value.steps:
                    written = value_words(name, step.value, Format(code), policy)
                    assert written
                    assert "{" not in written


def test_without_a_file_all_is_tandems_own(store):
    seen = view(store)
    assert headline_words(seen).startswith(f"All {len(RULES)} rules are Tandem's defaults.")
    found = text(rules_content(seen))
    assert found.count("Tandem's default") == len(RULES) + 1  # the sets, too
    assert (
        "Who may approve, up to which unsecured amount: Credit controller up to 10,000 €" in found
    )
    assert "since" not in found.replace("a year since", "")


def test_a_rule_says_since_when_by_whom_why_and_what_held_before(said):
    found = text(rules_content(view(said)))
    assert "is due 45 days after its day." in found
    assert "since 1 Jan 2025, by An <Peeters>: agreed at the fair" in found
    assert "1 to come, 1 earlier value 60 days since 1 Jan 2027, by Bo 30 days until" in found
    assert "Anna up to 2,500.50 €, Boss any amount. since 1 Feb 2026 1 earlier value" in found
    assert "Boss any amount until 31 Jan 2026, from the start, by Board" in found
    assert "Belgium 8.25 %. from the start" in found
    assert "Sets of aging buckets to choose by name: standard (30,60,90), mine (10,45)" in found
    assert headline_words(view(said)) == (
        f"4 of {len(RULES)} rules differ from Tandem's defaults; the last change counts from"
        " 1 Feb 2026 on."
    )


def test_a_past_day_shows_what_held_then(said):
    found = text(rules_content(view(said, as_of="2024-12-31")))
    assert "is due 30 days after its day. Tandem's default 2 to come" in found
    assert "8 % a year since 1 Jan" not in found
    assert "Belgium 12.5 % a year since 1 Jul 2024" in found
    # the floor under agreed rates stood above the statutory one
    assert "France 14.25 % a year since 1 Jul 2024" in found
    assert "agreed rates are at least 14.76 %" in found
    assert headline_words(view(said, as_of="2024-12-31")).startswith("3 of ")


def test_a_rule_knows_what_holds_what_held_and_what_is_to_come():
    value = parse(SAID).terms_days
    past, now, later = (
        shown("terms_days", value, day)
        for day in (date(2024, 12, 31), date(2026, 1, 1), date(2027, 1, 1))
    )
    assert (past.default, len(past.before), len(past.later)) == (True, 0, 2)
    assert (now.default, len(now.before), len(now.later)) == (False, 1, 1)
    assert [end for _step, end in later.before] == [date(2026, 12, 31), date(2024, 12, 31)]
    assert not shown("terms_days", Dated.always(31), date(2026, 1, 1)).default


def test_the_law_stands_beside_its_rule_with_a_link():
    for name in RULES:
        lines = legal(name, date(2026, 3, 31), Format())
        assert bool(lines) == (name in ("interest", "compensation", "longest_terms"))
        assert all(line.law.url.startswith("https://") for line in lines)
    assert legal("interest", date(2018, 12, 31), Format()) == []
    assert legal("longest_terms", date(2000, 1, 1), Format()) == []


def test_the_rates_are_those_of_half_years_that_have_begun(said):
    def rows(**keys):
        seen = view(said, **keys)
        statement = INTEREST.statement(seen, {})
        return seen.query(statement.sql, statement.parameters)

    assert len(rows()) == len([r for r in rates() if r.since <= date(2026, 3, 31)])
    belgian = rows(country="BE", as_of="2019-12-31")
    assert [(str(r["from_day"]), str(r["percent"]), str(r["agreed"])) for r in belgian] == [
        ("2019-01-01", "8.00", "8.25"), ("2019-07-01", "8.00", "8.25"),
    ]  # fmt: skip
    assert interest_content(view(said, country="BE")).title.endswith("15 rates")


def test_the_rates_can_be_downloaded(said):
    client = create_app(said).server.test_client()
    answer = client.get("/download/list.csv?list=late_interest&country=BE")
    assert answer.status_code == 200
    lines = answer.data.decode("utf-8-sig").splitlines()
    assert sum(line.startswith('"BE","Between companies",20') for line in lines) == 15
    assert any("https://" in line for line in lines)

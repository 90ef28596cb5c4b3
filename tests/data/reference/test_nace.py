"""The sector reference: complete, in four languages, and forgiving about how codes are written."""

import doctest
import re
import unicodedata
from collections import Counter
from itertools import combinations

import pytest

from dashboards.base import i18n
from data.reference import nace

#: What a label may end with that has a point: n.e.c. in each language, and the like.
ABBREVIATIONS = (" n.e.c.", " n.c.a.", " n.e.g.", " a. n. g.", " enz.", " e.d.", " u. Ä.")


#: What is written alike in English and in another language.
ALIKE = {("en", "fr"): {"Aquaculture", "Construction"}}


@pytest.mark.parametrize(
    ("revision", "expected"),
    [("2", {1: 21, 2: 88, 3: 272, 4: 615}), ("2.1", {1: 22, 2: 87, 3: 287, 4: 651})],
)
def test_the_table_is_whole_and_every_code_has_a_label_in_every_language(revision, expected):
    table = nace.sectors(revision)
    for code, sector in table.items():
        assert sector.parent in table or sector.level == 1
        assert set(sector.labels) == set(nace.LANGUAGES), code
        assert all(sector.labels.values()), code
    assert Counter(sector.level for sector in table.values()) == expected


def test_the_interface_speaks_only_languages_that_have_labels():
    assert set(i18n.LANGUAGES) <= set(nace.LANGUAGES)


@pytest.mark.parametrize("revision", nace.FILES)
@pytest.mark.parametrize("pair", list(combinations(nace.LANGUAGES, 2)))
def test_no_label_of_one_language_stands_among_those_of_another(revision, pair):
    one, other = pair
    same = {
        sector.labels[one]
        for sector in nace.sectors(revision).values()
        if sector.labels[one].casefold() == sector.labels[other].casefold()
    }
    assert same <= ALIKE.get(pair, set())


@pytest.mark.parametrize("revision", nace.FILES)
def test_labels_are_clean_text_in_sentence_case(revision):
    for code, sector in nace.sectors(revision).items():
        for language, text in sector.labels.items():
            said = f"{code} {language}: {text!r}"
            assert text == unicodedata.normalize("NFC", text), said
            assert text == " ".join(text.split()), said
            assert text[0].isupper(), said
            assert not text.isupper(), said
            # a straight apostrophe, as keyboards type it, and no other mark than these
            assert not {c for c in text if not c.isalnum()} - set(" ,;.()/'-"), said
            assert not re.search(r"\s[,;.)]|\(\s|[,;](?![\s\d])|\?|\b(\w+) \1\b", text), said
            # only what ends in an abbreviation ends with a point
            assert text.endswith(ABBREVIATIONS) or not text.endswith("."), said
            assert not re.search(r"\b(n\.e\.[cg]|n\.c\.a|a\. n\. g)$", text), said


def test_ancestors_agree_with_the_parents_of_the_table():
    for code, sector in nace.sectors().items():
        chain = [code]
        while nace.sectors()[chain[-1]].parent:
            chain.append(nace.sectors()[chain[-1]].parent)
        expected = (*reversed(chain), "", "")[:3]
        assert nace.ancestors(code) == expected
        assert nace.level(code) == sector.level


@pytest.mark.parametrize(
    ("revision", "code", "language", "expected"),
    [
        ("2", "F", "en", "Construction"),
        ("2", "I", "fr", "Hébergement et restauration"),
        ("2", "A", "de", "Land- und Forstwirtschaft, Fischerei"),
        ("2.1", "R", "de", "Gesundheits- und Sozialwesen"),
        ("2.1", "46.71", "nl", "Groothandel in motorvoertuigen"),
        ("2.1", "46.71", "fr", "Commerce de gros de véhicules automobiles"),
        ("2.1", "62.10", "nl", "Ontwerpen van computerprogramma's"),
        ("2.1", "96.23", "de", "Day Spas, Saunas, Dampfbäder"),
    ],
)
def test_a_code_is_called_as_eurostat_calls_it(revision, code, language, expected):
    assert nace.label(code, language, revision) == expected


@pytest.mark.parametrize("code", ["", "?", "99.99", "Z", "horeca", "00", "1.1"])
def test_what_is_no_code_comes_back_as_it_is(code):
    assert nace.label(code) == code
    assert nace.level(code) is None


def test_a_class_of_another_revision_still_finds_its_division_and_group():
    assert nace.ancestors("47.99.1") == ("G", "47", "47.9")
    assert nace.ancestors("56.9") == ("I", "56", "56.9")


def test_examples_of_the_docstrings():
    results = doctest.testmod(nace)
    assert results.attempted >= 5
    assert not results.failed


def test_a_code_means_what_it_does_in_the_revision_of_all_codes():
    new = ["62.10", "62.20", "46.71"]
    assert nace.revision_of(new) == "2.1"
    assert nace.label("46.71", "en", "2.1") == "Wholesale of motor vehicles"
    assert nace.label("46.71").startswith("Wholesale of solid, liquid and gaseous fuels")
    assert nace.ancestors("62.10", "2.1") == ("K", "62", "62.1")
    assert nace.ancestors("62.01") == ("J", "62", "62.0")
    # a code that only the other revision has keeps its name
    assert nace.label("62.10") == "Computer programming activities"


@pytest.mark.parametrize(
    ("national", "code"),
    [("46.73Z", "46.73"), ("46731", "46.73"), ("43.210", "43.21"), ("G47.11", "47.11"),
     ("46.73.1", "46.73")],
)  # fmt: skip
def test_national_sub_classes_are_read_by_their_prefix(national, code):
    assert nace.normal(national) == code


@pytest.mark.parametrize("revision", nace.FILES)
def test_every_division_has_a_short_name_in_every_language(revision):
    for code, sector in nace.sectors(revision).items():
        if sector.level != 2:
            assert sector.level == 1 or nace.short(code, "nl", revision) == sector.labels["nl"]
            continue
        for language in nace.LANGUAGES:
            name = nace.short(code, language, revision)
            assert len(name) <= 30, f"{code} {language}: {name!r}"
            assert len(name.split()) <= 3, f"{code} {language}: {name!r}"
            assert name[0].isupper()


@pytest.mark.parametrize("revision", nace.FILES)
@pytest.mark.parametrize("language", nace.LANGUAGES)
def test_no_two_divisions_have_the_same_short_name(revision, language):
    codes = [code for code, sector in nace.sectors(revision).items() if sector.level == 2]
    names = Counter(nace.short(code, language, revision) for code in codes)
    assert [name for name, count in names.items() if count > 1] == []

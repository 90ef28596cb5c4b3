"""The sector reference: complete, in four languages, and forgiving about how codes are written."""

import doctest

import pytest

from data.reference import nace


def test_the_table_is_the_whole_of_nace_rev_2():
    counts = dict.fromkeys(nace.LEVELS, 0)
    for sector in nace.sectors().values():
        counts[sector.level] += 1
        assert set(sector.labels) == set(nace.LANGUAGES)
        assert sector.parent in nace.sectors() or sector.level == 1
    assert counts == {1: 21, 2: 88, 3: 272, 4: 615}


def test_ancestors_agree_with_the_parents_of_the_table():
    for code, sector in nace.sectors().items():
        chain = [code]
        while nace.sectors()[chain[-1]].parent:
            chain.append(nace.sectors()[chain[-1]].parent)
        expected = (*reversed(chain), "", "")[:3]
        assert nace.ancestors(code) == expected
        assert nace.level(code) == sector.level


def test_labels_are_in_sentence_case():
    assert nace.label("F") == "Construction"
    assert nace.label("I", "fr") == "Hébergement et restauration"
    assert nace.label("A", "de") == "Land- und Forstwirtschaft, Fischerei"
    assert nace.label("Q", "de") == "Gesundheits- und Sozialwesen"
    assert not any(text.isupper() for s in nace.sectors().values() for text in s.labels.values())


@pytest.mark.parametrize(
    ("language", "expected"),
    [("nl", "Bouwnijverheid"), ("nl-BE", "Bouwnijverheid"), ("it", "Construction")],
)
def test_an_unknown_language_falls_back_to_english(language, expected):
    assert nace.label("F", language) == expected


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


def test_revision_2_1_is_whole_and_its_divisions_have_all_languages():
    counts = dict.fromkeys(nace.LEVELS, 0)
    table = nace.sectors("2.1")
    for code, sector in table.items():
        counts[sector.level] += 1
        assert sector.parent in table or sector.level == 1
        if sector.level < 3:
            assert set(sector.labels) == set(nace.LANGUAGES), code
    assert counts == {1: 22, 2: 87, 3: 287, 4: 651}


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

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

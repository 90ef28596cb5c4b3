"""Numbers, structured references and names in free text."""

import random
import string

import duckdb
import pytest
from stdnum import iso11649
from stdnum.be import ogm_vcs
from stdnum.iso7064 import mod_97_10

from etl.ledger.matching.naming import BODY, CODES, COMPANY, MAY_HOLD_CODE


def ask(expression, text):
    filled = expression.format("$text")
    return duckdb.execute(f"select {filled}", {"text": text}).fetchall()[0][0]


@pytest.mark.parametrize(
    "shape",
    ["+++{0}/{1}/{2}+++", "***{0}/{1}/{2}***", "{0}{1}{2}", "ref {0} {1} {2}.", "{0}.{1}.{2}",
     "+++ {0} / {1} / {2} +++ dank u", "x{0}/{1}/{2}x"],
)  # fmt: skip
def test_structured_communications_are_found_in_any_notation(shape):
    dice = random.Random(1)
    for _ in range(20):
        body = f"{dice.randrange(1, 10**10):010}"
        number = body + f"{int(body) % 97 or 97:02}"
        assert ogm_vcs.is_valid(number)
        text = shape.format(number[:3], number[3:7], number[7:])
        assert ask(MAY_HOLD_CODE, text)
        assert ask(CODES, text) == [number]
        wrong = number[:4] + str((int(number[4]) + 1) % 10) + number[5:]
        assert ask(CODES, shape.format(wrong[:3], wrong[3:7], wrong[7:])) == []
    assert ask(CODES, f"{number} {number[:-1]}") == [number]
    assert ask(CODES, f"1{number}") == []


def test_creditor_references_are_found_with_right_check_digits():
    dice = random.Random(2)
    for _ in range(20):
        body = "".join(dice.choices(string.digits + string.ascii_uppercase, k=dice.randint(3, 21)))
        code = f"RF{mod_97_10.calc_check_digits(body + 'RF')}{body}"
        assert iso11649.is_valid(code)
        spaced = " ".join(code[i : i + 4] for i in range(0, len(code), 4))
        for text in (code, f"inv {code.lower()}, thanks", f"/{spaced}"):
            assert ask(MAY_HOLD_CODE, text)
            assert code in ask(CODES, text)
            assert all(iso11649.is_valid(c) for c in ask(CODES, text) if c.startswith("RF"))
        wrong = code[:4] + ("B" if code[4] == "A" else "A") + code[5:]
        assert wrong not in ask(CODES, wrong)


def test_the_number_in_a_reference_is_what_it_was_made_of():
    assert ask(BODY, "000020012393") == "200123"
    assert ask(BODY, "RF18539007547034") == "539007547034"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Van den Berg & Zonen B.V.", "VAN DEN BERG EN ZONEN BV"),
        ("Établissements Müller S.A.R.L.", "etablissements muller sarl"),
        ("NV Bakkerij De Smet", "Bakkerij  De Smet N.V."),
        ("Dupont et Fils SA", "DUPONT & FILS"),
    ],
)
def test_companies_are_the_same_but_for_case_accents_and_legal_form(one, other):
    assert ask(COMPANY, one) == ask(COMPANY, other) != ""


def test_companies_that_differ_stay_apart():
    assert ask(COMPANY, "Bakkerij Nova") != ask(COMPANY, "Bakkerij No")
    assert ask(COMPANY, "SA") == ""

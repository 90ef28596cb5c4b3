"""A part of an amount in another currency, to the cent, as every engine writes it in SQL.

What `part` of `total` is worth where the whole is `worth` is worth * part / total, half a cent up.
Engines differ in how they divide decimals: so a float guesses, and exact products decide whether
the guess or a neighbouring cent is nearest. So it is up to ten million million.
"""

from __future__ import annotations


def guessed(part: str, worth: str = "worth", total: str = "total") -> str:
    """Return the SQL of the guess, which `nearest` reads; null where nothing is to be guessed.

    part, worth, total: amounts as SQL names them, none below zero, `total` above it.
    """
    return f"""case when {worth} <> {total} then cast(floor(
                cast({worth} as double) * cast({part} as double) / cast({total} as double)
                * 100 + 0.5) * 0.01 as decimal(18, 2)) end"""


def nearest(part: str, guess: str, worth: str = "worth", total: str = "total") -> str:
    """Return the SQL of the cent that is nearest; guess: the column of `guessed`."""
    rest = f"""2 * (cast({worth} as decimal(20, 2)) * {part}
                    - {guess} * cast({total} as decimal(20, 2)))"""
    return f"""case when {worth} = {total} then {part} when {part} = {total} then {worth}
                else {guess} end + case
                when {worth} = {total} or {part} = {total} then 0.00
                when {rest} < -0.01 * {total} then -0.01
                when {rest} >= 0.01 * {total} then 0.01
                else 0.00 end"""

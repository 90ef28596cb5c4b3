"""Numbers and structured references in free text, as SQL over one text column.

A bank statement says "Betaling fact. 26.000123, 26000124"; an invoice is called "26000123". Both
sides are made plain (`NORMAL`) and the text is cut into ever smaller pieces: its words, up to four
neighbouring words written as one, and runs of digits that stick to a word.

Structured references carry check digits, so that a mistyped one is none: the Belgian
+++123/4567/89002+++ (the first ten digits modulo 97, in any notation) and ISO 11649, RF18 5390 ...
(the whole modulo 97). `CODES` finds the valid ones.
"""

from __future__ import annotations

#: A document number without punctuation and without zeros in front of its digits.
NORMAL = (
    r"regexp_replace(regexp_replace(upper({0}), '[^A-Z0-9]', '', 'g'), '(^|[A-Z])0+', '\1', 'g')"
)

#: Lists of pieces of the text {0}. Words between spaces, with their own punctuation ...
WORDS = r"regexp_extract_all(upper({0}), '[^\s,;+&]*[0-9][^\s,;+&]*')"
#: ... up to four neighbours written as one ...
PHRASES = """
    list_distinct(flatten(flatten(list_transform([regexp_extract_all(upper({0}), '[A-Z0-9]+')],
        lambda w: list_transform(range(1, least(len(w), 30) + 1),
            lambda i: list_transform(range(i, i + 4),
                lambda j: array_to_string(list_slice(w, i, j), '')))))))
"""
#: ... and digits that stick to a word, FACT26000123.
RUNS = "regexp_extract_all({0}, '[0-9]{{5,}}')"

#: Whether a text may hold a structured reference at all: cheap, for most texts hold none.
MAY_HOLD_CODE = (
    "(len({0}) >= 12 and regexp_matches({0}, '([0-9][^0-9]{{0,6}}){{12}}')"
    " or regexp_matches({0}, '[Rr][Ff] ?[0-9]{{2}}'))"
)

# every separator stands twice, so that one reference may end where the next begins
_BELGIAN = r"""
    list_filter(
        list_transform(
            regexp_extract_all(regexp_replace({0}, '([^0-9])', '\1\1', 'g'),
                '(?:^|[^0-9])([0-9]{{3}}[ /.-]{{0,6}}[0-9]{{4}}[ /.-]{{0,6}}[0-9]{{5}})(?:[^0-9]|$)', 1),
            lambda t: regexp_replace(t, '[^0-9]', '', 'g')),
        lambda t: cast(left(t, 10) as bigint) > 0
            and cast(right(t, 2) as bigint) = (cast(left(t, 10) as bigint) + 96) % 97 + 1)
"""  # noqa: E501
_INTERNATIONAL = r"""
    case when not regexp_matches({0}, '(?i)(^|[^a-z0-9])rf ?[0-9]{{2}}') then [] else list_filter(
        flatten(list_transform(
            string_split(regexp_replace(upper({0}), '(^|[^A-Z0-9])RF', '\1|RF', 'g'), '|'),
            lambda t: flatten(list_transform([regexp_extract_all(t, '[A-Z0-9]+')],
                lambda w: list_transform(range(1, 9),
                    lambda j: array_to_string(list_slice(w, 1, j), '')))))),
        lambda t: regexp_full_match(t, 'RF[0-9]{{2}}[A-Z0-9]{{1,21}}')
            and list_reduce(list_transform(
                string_split(concat(substr(t, 5), left(t, 4)), ''),
                lambda x: case when x <= '9' then ascii(x) - 48 else ascii(x) - 55 end),
                lambda a, x: (a * case when x > 9 then 100 else 10 end + x) % 97) = 1) end
"""
#: The valid structured references in the text {0}: twelve digits, or RF and what follows it.
CODES = f"list_distinct(list_concat({_BELGIAN}, {_INTERNATIONAL}))"

#: The number that a structured reference {0} was made of.
BODY = "ltrim(case when {0} like 'RF%' then substr({0}, 5) else left({0}, 10) end, '0')"

_FORMS = (
    "NV|BV|BVBA|CVBA|CV|VOF|SA|SAS|SASU|SARL|SARLS|SRL|SPRL|SCRL|SC|SNC|SCS|SCI|EURL|EI|GMBH|AG|"
    "KG|OHG|UG|MBH|LTD|LIMITED|PLC|LLP|INC|SE|ASBL|VZW|STICHTING|COMMV|GCV|EN|ET|AND|UND|CO"
)
#: The name {0} of a company: no case, accents, punctuation, legal form, nor "and".
COMPANY = (
    "trim(regexp_replace(regexp_replace(regexp_replace(regexp_replace("
    r"upper(strip_accents({0})), '\.', '', 'g'), '[^A-Z0-9]+', '  ', 'g'), "
    rf"'(^| )({_FORMS})( |$)', ' ', 'g'), ' +', ' ', 'g'))"
)

"""Presets: how their marks are matched, and what is told of one that makes no sense."""

import pytest

from data.core.errors import FileError
from etl.intake.formats.packages import catalogue
from etl.intake.formats.preset import PresetSource
from etl.intake.mappings.preset import read_preset

GOOD = """
label = "Ours, open items"
[source]
rows = "invoices"
[columns]
document_id = "Number | No"
customer_id = "Client"
issued_on = "Day"
[leave_out]
"State | Status" = ["draft"]
[[layout]]
marks.has = ["Number | No", "Client", "Open"]
columns.open_amount = "Open"
[[layout]]
marks.has = ["Number | No", "Client", "Total", "Paid"]
columns.amount = "Total"
columns.due_on = "Due"
derived.open_amount = { sum = ["Total"], less = ["Paid"] }
"""


@pytest.fixture
def preset(tmp_path):
    def reads(text):
        path = tmp_path / "ours.toml"
        path.write_text(text, encoding="utf-8")
        return read_preset(path)

    return reads


def test_a_layout_is_known_by_its_marks_and_says_what_a_file_has(preset):
    ours = preset(GOOD)
    assert (ours.name, ours.label) == ("ours", "Ours, open items")
    assert ours.layout_of(["no", "CLIENT", "Day"]) is None
    headers = ["no", "CLIENT", "Day", "Open", "Country", "Status"]
    said = ours.layout_of(headers).mapping(headers)
    assert said["columns"] == {
        "document_id": "no", "customer_id": "CLIENT", "issued_on": "Day", "open_amount": "Open",
        "country": "Country",
    }  # fmt: skip
    assert said["leave_out"] == {"Status": ["draft"]}
    headers = ["No", "Client", "Day", "Total", "Paid", "Open"]
    layout = ours.layout_of(headers)
    assert layout is ours.layouts[1], "the more marks, the surer"
    assert "due_on" not in layout.mapping(headers)["columns"]
    assert layout.mapping(headers)["derived"] == {
        "open_amount": [{"sum": ["Total"], "less": ["Paid"]}]
    }


def test_all_headers_may_be_the_marks(preset):
    ours = preset('[marks]\nheaders = ["no", "client", "total"]\n[columns]\namount = "Total"\n')
    assert ours.layout_of(["Client", "No", "Total"])
    assert ours.layout_of(["Client", "No", "Total", "Country"]) is None
    headers = ["Client", "No", "Total"]
    assert ours.layout_of(headers).mapping(headers) == {"columns": {"amount": "Total"}}


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ('label = "', 'colour = "', "says colour, which is not a table of a preset"),
        ('label = "Ours, open items"', "label = 3", "label is a text in quotes; not 3"),
        ('rows = "invoices"', 'rows = "bills"', "layout 1.source.rows says bills"),
        ("columns.due_on", "columns.due", "layout 2.columns says due, .*Did you mean due_on"),
        ('columns.due_on = "Due"', "columns.due_on = 3", "layout 2.columns.due_on: a column"),
        ('"Client", "Open"]', '"--", "Open"]', "layout 1.marks.has names no header"),
        ('marks.has = ["Number | No", "Client", "Open"]', "", "layout 1.marks says neither"),
        ("marks.has", "marks.had", "layout 1.marks says had, .*Did you mean has"),
        ('less = ["Paid"]', 'less = "Paid"', "layout 2.derived.open_amount.less lists values"),
        ("marks.has", "marks.first_line = '('\nmarks.without_headers = ['A']\nmarks.has",
         "layout 1.marks.first_line is no pattern"),
        ("marks.has", "marks.first_line = 'A'\nmarks.has", "both first_line and without_headers"),
        ("[[layout]]", "[layout]", "cannot be read"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_said_with_file_and_key(preset, before, after, message):
    with pytest.raises(FileError, match=rf"ours\.toml.*{message}"):
        preset(GOOD.replace(before, after, 1))


def test_presets_of_programs_say_all_that_a_reader_needs():
    for source in catalogue.PACKAGES:
        if isinstance(source, PresetSource):
            assert source.preset.about.strip(), source.name
            assert source.label, source.name
            assert source.gives, source.name
            assert source.lacks, source.name


def test_what_presets_say_to_readers_is_translated():
    from dashboards.base.i18n import collect

    known = {message.id for message in collect()}
    for source in catalogue.PACKAGES:
        texts = [source.label, *source.gives, *source.lacks]
        if isinstance(source, PresetSource):
            texts += [t for y in source.preset.layouts for t in y.parsed.reasons.values()]
        assert set(texts) <= known, source.name

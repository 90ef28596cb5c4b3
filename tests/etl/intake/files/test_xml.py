from pathlib import Path

import pytest

from data.core.errors import FileError
from etl.intake.files.xml import children, elements, line_of, root_of, text
from etl.intake.source import SourceFile


def written(folder: Path, content: str, encoding: str = "utf-8") -> SourceFile:
    path = folder / "a.xml"
    path.write_bytes(content.encode(encoding))
    return SourceFile(path)


def test_elements_come_whole_with_their_lines(tmp_path):
    file = written(
        tmp_path,
        '<?xml version="1.0" encoding="ISO-8859-1"?>\n<a xmlns="urn:x"><!-- c -->\n'
        "<b><n>é</n><c>1</c><c>2</c></b>\n<d><c>3</c></d>\n<b><n>z</n></b></a>",
        "latin-1",
    )
    assert root_of(file.head) == ("urn:x", "a")
    found = [(line_of(b), text(b, "n"), [c.text for c in children(b, "c")])
             for b in elements(file, "b")]  # fmt: skip
    assert found == [(3, "é", ["1", "2"]), (5, "z", [])]


def test_lines_are_right_in_a_long_file(tmp_path):
    rows = "<b>\n\n  <c>x</c>\n</b>\n" * 20_000
    found = [line_of(b) for b in elements(written(tmp_path, f"<a>\n{rows}</a>"), "b")]
    assert found == [2 + 4 * n for n in range(20_000)]


def test_a_file_that_breaks_off_says_on_which_line(tmp_path):
    file = written(tmp_path, "<a>\n<b>1</b>\n<b>2")
    found = []
    with pytest.raises(FileError, match="line 3"):
        found += [e.text for e in elements(file, "b")]


def test_entities_and_files_are_not_read(tmp_path):
    (tmp_path / "secret").write_text("secret")
    file = written(
        tmp_path,
        f'<!DOCTYPE a [<!ENTITY x SYSTEM "file://{tmp_path}/secret"><!ENTITY y "yy">]>'
        "<a><b>&x;&y;1</b></a>",
    )
    found = "".join("".join(e.itertext()) for e in elements(file, "b"))
    assert "secret" not in found
    assert "yy" not in found


def test_memory_does_not_grow_with_the_file(tmp_path):
    import resource

    file = written(tmp_path, "<a>" + "<b><c>xxxxxxxxxxxxxxxx</c></b>\n" * 400_000 + "</a>")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert sum(1 for _ in elements(file, "b")) == 400_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000


@pytest.mark.parametrize("head", [b"", b"a;b\n1;2", b"<", b"<<<", b"%PDF", b"<html", b"\xff\xfe<"])
def test_what_is_no_xml_has_no_root(head):
    assert root_of(head) in {("", ""), ("", "html")}

"""XML read safely, in constant memory: no entities, no network, no DTD, one element at a time."""

from __future__ import annotations

import functools
import os
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from lxml import etree

from data.core.errors import FileError
from data.core.texts import N_, Text
from etl.intake.source import SourceFile

Element = Any
"""An lxml element; lxml is not typed."""
_SHORT = 65_535
"""Beyond it libxml2 has no room for the line of an element, only for that of a text."""

_CHUNK = 4096


@functools.lru_cache(maxsize=4)  # every format asks about the same first bytes
def root_of(head: bytes) -> tuple[str, str]:
    """Return namespace and name of the root element that the first bytes of a file show.

    ('', '') where they are no XML. Never raises.
    """
    start = head.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0")
    if not start.startswith(b"<"):
        return "", ""
    # the head of a file breaks off somewhere: a pull parser has seen the root long before, and
    # every format asks, so no more is parsed than needed
    parser = _pull(("start",))
    head = head.lstrip(b" \t\r\n")
    for place in range(0, len(head), _CHUNK):
        broken = False
        try:
            parser.feed(head[place : place + _CHUNK])
        except etree.XMLSyntaxError:
            broken = True
        try:
            for _, element in parser.read_events():
                return split(element.tag)
        except etree.XMLSyntaxError:
            return "", ""
        if broken:
            break
    return "", ""


@functools.lru_cache(maxsize=4096)
def split(tag: object) -> tuple[str, str]:
    """Return namespace and name of a tag.

    >>> split("{urn:a}Invoice"), split("Invoice")
    (('urn:a', 'Invoice'), ('', 'Invoice'))
    """
    if not isinstance(tag, str):  # comments and processing instructions
        return "", ""
    space, closed, name = tag.rpartition("}")
    return (space.lstrip("{"), name) if closed else ("", tag)


def name_of(element: Element) -> str:
    """Return the name of an element without its namespace; '' for a comment."""
    return split(element.tag)[1]


def elements(file: SourceFile, *names: str, unread: Collection[str] = ()) -> Iterator[Element]:
    """Yield the elements of these names (without namespace), whole, in the order they end.

    Each is emptied once the next one is asked for, and what stands beside them is emptied as it
    ends: so a file of any size takes the memory of its largest such element. An element inside
    another of `names` is yielded first, and kept for the outer one; one of `unread` is emptied
    there, and not yielded: lines and attachments, which take most of the memory. Raises `FileError`
    where the XML breaks off or is not well-formed; what was yielded before stands.
    """
    wanted = {*names, *unread}
    inside = 0
    try:
        for event, element in _iterate(file.path):
            here = name_of(element) in wanted
            if event == "start":
                inside += here
                continue
            if here:
                inside -= 1
                if name_of(element) in unread:
                    element.clear()
                else:
                    yield element
            if not inside:
                _empty(element)
    except etree.XMLSyntaxError as error:
        line = error.lineno or 0
        raise FileError(
            Text(
                N_("{file} is no well-formed XML: line {line}: {error}."),
                {"file": file.name, "line": line, "error": str(error.msg).rstrip(".")},
            ),
            Text(N_("It was probably cut off: export it again.")),
        ) from error


def child(element: Element, *path: str) -> Element | None:
    """Return the first descendant along `path` of names, whatever the namespaces; None if none."""
    for name in path:
        found = next((c for c in element if name_of(c) == name), None)
        if found is None:
            return None
        element = found
    return element


def children(element: Element, name: str) -> list[Element]:
    """Return the children of that name."""
    return [c for c in element if name_of(c) == name]


def text(element: Element | None, *path: str) -> str:
    """Return the text of the element along `path`, trimmed; '' where there is none."""
    found = child(element, *path) if element is not None else None
    return (found.text or "").strip() if found is not None else ""


def line_of(element: Element) -> int:
    """Return the line of the file on which the element starts."""
    line = int(element.sourceline or 0)
    if line > _SHORT:  # then it is where the text that the element begins with ends
        line -= (element.text or "").count("\n")
    return line


def _iterate(path: Path) -> Iterator[tuple[str, Element]]:
    # opened here: lxml leaves a file open when its reader stops before the end. By its number: of a
    # file that has a name lxml wants to write it
    with open(os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0)), "rb") as stream:  # noqa: PTH123
        yield from etree.iterparse(
            stream,
            events=("start", "end"),
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            dtd_validation=False,
            remove_comments=True,
            remove_pis=True,
            huge_tree=True,
        )


def _pull(events: tuple[str, ...]) -> Element:
    return etree.XMLPullParser(
        events=events, resolve_entities=False, no_network=True, load_dtd=False
    )


def _empty(element: Element) -> None:
    element.clear(keep_tail=False)
    # what ended before it is empty too, and not needed
    parent = element.getparent()
    if parent is not None:
        while element.getprevious() is not None:
            del parent[0]

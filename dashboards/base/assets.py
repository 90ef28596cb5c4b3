"""The styles and scripts that the browser gets: those of all pages, and those beside one page.

A page keeps its own beside its `page.py`. All of them are small, and loaded at once: so a reader
who goes from page to page waits for none. The shared ones come last and have the last word.
"""

from __future__ import annotations

from pathlib import Path

import flask

ROOT = Path(__file__).parents[1]
SHARED = ROOT / "assets"
ADDRESS = "/assets/"
#: the traces we draw, bar and scatter, without the forty others. It is read while the first
#: requests are under way; Dash loads all of plotly.js only where it finds none
PLOTLY = "plotly-basic.min.js"

#: address below ADDRESS -> file. What is not named here is not served
FILES: dict[str, Path] = {
    f"{path.parent.name}/{path.name}" if path.parent != SHARED else path.name: path
    for kind in ("css", "js")
    for path in (*sorted(ROOT.glob(f"*/*.{kind}"), key=lambda p: (p.parent == SHARED, p)),)
}


def addresses(kind: str, prefix: str = "/") -> list[str]:
    """Return the addresses of all files that end in `kind`, each with its version, in order."""
    return [address(name, prefix) for name in FILES if name.endswith(f".{kind}") and name != PLOTLY]


def address(name: str, prefix: str = "/") -> str:
    """Return where a file is found; the address changes when the file does."""
    return f"{prefix.rstrip('/')}{ADDRESS}{name}?m={int(FILES[name].stat().st_mtime)}"


def file_at(path: str) -> Path | None:
    """Return the file that is served at the path of an address; None where there is none."""
    return FILES.get(path.removeprefix(ADDRESS)) if path.startswith(ADDRESS) else None


def serve(server: flask.Flask) -> None:
    """Let the server answer below ADDRESS with these files alone, in place of Dash's one folder."""
    (endpoint,) = (
        rule.endpoint for rule in server.url_map.iter_rules() if rule.rule.startswith(ADDRESS)
    )

    def send(filename: str) -> flask.Response:
        path = FILES.get(filename)
        return flask.send_file(path) if path else flask.abort(404)

    server.view_functions[endpoint] = send

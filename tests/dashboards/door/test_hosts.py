"""Who is let in: the names the server answers to, Dash's own doors, and who waits at them."""

import os
import re
import socket
import subprocess
import sys
import urllib.request
from contextlib import ExitStack, closing

import pytest

import app as command_line
from dashboards.server import create_app
from tests.pages import small_company
from tests.places import ROOT


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return small_company(tmp_path_factory.mktemp("doors"))


EVERYWHERE = (
    ("GET", "/"),
    ("GET", "/_dash-layout"),
    ("GET", "/_dash-dependencies"),
    ("POST", "/_dash-update-component"),
    ("GET", "/assets/tandem.css"),
    ("GET", "/_dash-component-suites/dash/dcc/async-graph.js"),
    ("GET", "/download/rows.csv"),
    ("POST", "/imports/files?session=x&name=a.csv"),
    ("GET", "/no-such-page"),
)


@pytest.mark.parametrize("listening", ["127.0.0.1", "127.0.0.2", "::1", "0.0.0.0", "10.0.0.7"])
@pytest.mark.parametrize(("method", "path"), EVERYWHERE)
def test_a_foreign_name_is_answered_nowhere(store, listening, method, path):
    client = create_app(store, listening=listening).server.test_client()
    for host in ("evil.example", "evil.example:8050", "127.0.0.1.evil.example", ""):
        answer = client.open(path, method=method, headers={"Host": host}, json={})
        assert answer.status_code == 421, (host, answer.status_code)
        assert b"Tandem" not in answer.data


@pytest.mark.parametrize(
    ("listening", "host"),
    [
        ("127.0.0.1", "localhost:8050"),
        ("127.0.0.1", "[::1]:8050"),
        ("127.0.0.2", "127.0.0.2:9000"),
        ("0.0.0.0", "10.1.2.3:8050"),
        ("0.0.0.0", socket.gethostname()),
        ("10.0.0.7", "10.0.0.7"),
        ("127.0.0.1", "Tandem.Example:443"),
        ("10.0.0.7", "tandem.example."),
    ],
)
def test_its_own_names_are_answered(store, listening, host):
    server = create_app(store, names=["tandem.example"], listening=listening).server
    assert server.test_client().get("/", headers={"Host": host}).status_code == 200


def test_the_app_of_the_command_line_is_guarded_too(store, monkeypatch):
    """Names that are not the machine's own are answered once somebody has an account."""
    client = command_line.create_app(store.folder).server.test_client()
    assert client.get("/", headers={"Host": "tandem.example"}).status_code == 421
    client = command_line.create_app(store.folder, ["tandem.example"]).server.test_client()
    assert client.get("/", headers={"Host": "tandem.example"}).status_code == 403
    monkeypatch.setenv("TANDEM_HOSTS", "a.example, b.example")
    client = command_line.create_app(store.folder).server.test_client()
    assert client.get("/", headers={"Host": "b.example"}).status_code == 403
    assert client.get("/", headers={"Host": "c.example"}).status_code == 421


def test_dashs_own_doors_are_shut_whatever_the_environment_says(store, monkeypatch):
    for name in ("DASH_MCP_ENABLED", "DASH_DEBUG", "DASH_HOT_RELOAD", "DASH_UI"):
        monkeypatch.setenv(name, "true")
    app = create_app(store)
    client = app.server.test_client()
    rules = [rule.rule for rule in app.server.url_map.iter_rules()]
    assert not [rule for rule in rules if "mcp" in rule or "static" in rule]
    for path in ("/_mcp", "/_reload-hash"):
        answer = client.get(path)
        # an address that is no door is a page there is not
        assert answer.status_code == 404 or b"<title>Tandem" in answer.data
        assert client.post(path, json={"jsonrpc": "2.0", "id": 1}).status_code in (404, 405)
    assert not app._dev_tools.ui


@pytest.mark.skipif(os.name == "nt", reason="Windows waits for fewer connections at once")
def test_idle_connections_keep_nobody_out(store):
    command = [sys.executable, "app.py", "serve", "--store", str(store.folder), "--port", "0"]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process, ExitStack() as stack:  # fmt: skip
        stack.callback(process.kill)
        assert process.stdout is not None
        found = re.search(r"http://127\.0\.0\.1:(\d+)", process.stdout.readline())
        assert found
        port = int(found[1])
        for _one in range(250):
            stack.enter_context(closing(socket.create_connection(("127.0.0.1", port))))
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=60) as answer:
            assert answer.status == 200

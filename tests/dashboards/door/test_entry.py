"""No unguarded door: nobody is answered who is not signed in, and everybody with their own rows."""

import gc
import html
import io
import json
import weakref
import zipfile
from decimal import Decimal

import flask
import pytest
from argon2 import PasswordHasher
from pypdf import PdfReader

from benchmarks.visitor import Visitor
from dashboards.base.view import Context
from dashboards.door.entry import COOKIE
from dashboards.door.ways import Provider, Proxy, Ways
from dashboards.server import PAGES, create_app
from data.core.rights import CREDIT, ROLES, SALES, Scope
from data.store.schema import TABLES
from data.workspace.memory import Memory
from data.workspace.people import people as module
from data.workspace.people.people import People
from data.workspace.subjects.agreed import Limit
from data.workspace.subjects.note import Note
from data.workspace.subjects.subject import SaidError
from etl.load.importer import FileImporter
from tests.pages import CUSTOMERS, query, small_company
from tests.serving import served

SECRET = "a long enough password"  # noqa: S105 - of nobody
ANNAS = Scope.of({"salesperson": ("Anna",)})
OTHERS = {name for number, name, *_ in CUSTOMERS if number not in ("C1", "C3")}
OPEN = {"/sign-in", "/sign-in/oidc", "/welcome/<ticket>"}
#: every way to be signed in is set up; the provider does not answer
WAYS = Ways(Proxy("X-Remote-User", "k" * 40), Provider("http://127.0.0.1:9", "t", "s", "Example"))


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """A store, its people, an app that asks who they are, and a session for each of them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_hasher", lambda: PasswordHasher(1, 8, 1))
        store = small_company(tmp_path_factory.mktemp("town"))
        people = People(store.folder)
        sessions = {}
        everybody = [(role, role, Scope()) for role in ("admin", "sales", "credit", "executive")]
        for login, role, scope in (*everybody, ("anna", SALES, ANNAS), ("ines", CREDIT, ANNAS)):
            people.set_password(people.add(login, login.title(), role, scope), SECRET)
            sessions[login] = people.sign_in(login, SECRET)
        app = create_app(store, people=people, ways=WAYS, importer=FileImporter(store))
        yield store, people, app, sessions


def client(town, login=""):
    """Return a browser that holds the session of somebody, or of nobody."""
    _store, _people, app, sessions = town
    made = app.server.test_client()
    if login:
        made.set_cookie(COOKIE, sessions[login])
    return made


def addresses(app):
    """Return every address of the server, with something in each of its places, and its methods."""
    for rule in app.server.url_map.iter_rules():
        path = rule.rule
        for name in rule.arguments:
            path = path.replace(f"<path:{name}>", "x").replace(f"<string:{name}>", "x")
            path = path.replace(f"<{name}>", "x")
        yield rule.rule, path.replace("<", "").replace(">", ""), rule.methods - {"OPTIONS", "HEAD"}


def test_without_a_session_every_address_is_refused(town):
    browser = client(town)
    tried = 0
    for rule, path, methods in addresses(town[2]):
        for method in methods:
            for headers in ({}, {"Accept": "text/html"}, {"X-Remote-User": "admin"}):
                answer = browser.open(path, method=method, headers=headers)
                if rule in OPEN:
                    assert answer.status_code in (200, 403, 410), (method, path)
                    continue
                to_sign_in = answer.status_code == 303 and answer.location.startswith("/sign-in")
                assert answer.status_code == 401 or to_sign_in, (method, path, answer.status)
                assert b"Janssens" not in answer.data
                tried += 1
    assert tried > 20


def test_without_a_session_no_question_is_answered(town):
    browser = client(town)
    for output in town[2].callback_map:
        answer = browser.post("/_dash-update-component", json={"output": output, "inputs": []})
        assert answer.status_code == 401, output


@pytest.mark.parametrize("path", ["/_mcp", "/mcp", "/health", "/_reload-hash", "/static/x", "/x/y"])
def test_without_a_session_no_address_is_answered_that_is_none(town, path):
    for method in ("GET", "POST", "PUT", "DELETE"):
        answer = client(town).open(path, method=method, json={"jsonrpc": "2.0", "id": 1})
        assert answer.status_code in (401, 404, 405), (method, answer.status)
        assert b"Janssens" not in answer.data


@pytest.mark.parametrize("held", ["", "guessed", "x" * 3000, "é"])
def test_a_session_that_is_none_opens_nothing(town, held):
    browser = client(town)
    browser.set_cookie(COOKIE, held)
    assert browser.get("/_dash-layout").status_code == 401


def everything(town, login):
    """Return all that a browser of somebody is sent when they open every page they can name."""
    _store, _people, app, sessions = town
    drawn = []
    with served(app) as port:
        for page in PAGES:
            visitor = Visitor("127.0.0.1", port, near=None, cookie=f"{COOKIE}={sessions[login]}")
            try:
                search = query(customer="C1") if page.path == "/customer" else ""
                visitor.open(page.path, search)
                drawn.append(json.dumps(visitor.props))
            finally:
                visitor.close()
    return drawn


@pytest.mark.parametrize("login", ["anna", "ines"])
def test_who_sees_own_customers_is_sent_nothing_of_others(town, login):
    for drawn in everything(town, login):
        for name in OTHERS:
            assert json.dumps(name)[1:-1] not in drawn, name
        assert "state-failed" not in drawn


@pytest.mark.parametrize("login", ["admin", "executive"])
def test_who_sees_all_is_sent_all(town, login):
    assert any(json.dumps(name)[1:-1] in d for name in OTHERS for d in everything(town, login))


@pytest.mark.parametrize("login", ["sales", "credit", "executive", "anna", "ines"])
def test_no_question_of_a_page_is_answered_that_a_role_does_not_see(town, login):
    store, people, app, sessions = town
    reader = people.reader(sessions[login])
    bare, refused = set(create_app(store, pages=()).callback_map), 0
    for page in PAGES:
        if not page.right or reader.may(page.right):
            continue
        for output in set(create_app(store, pages=(page,)).callback_map) - bare:
            told = app.callback_map[output]
            given = {
                name: [{**one, "value": None} for one in told.get(name) or ()]
                for name in ("inputs", "state")
            }
            asked = {"output": output, "outputs": {"id": "x", "property": "y"}, **given}
            answer = client(town, login).post("/_dash-update-component", json=asked)
            assert answer.status_code == 403, output
            refused += 1
    assert refused > 4
    assert people.audit(1)[0].what == "refused"


@pytest.mark.parametrize("login", ["sales", "executive", "anna", "ines"])
def test_who_may_not_load_sends_no_file(town, login):
    to = f"/imports/files?session={'ab' * 16}&name=a.csv"
    answer = client(town, login).post(to, data=b"a;b", headers={"X-Tandem": "upload"})
    assert answer.status_code == 403
    assert not (town[0].folder / "uploads").exists()


@pytest.mark.parametrize("login", ["sales", "credit", "executive", "anna", "ines"])
def test_the_log_is_for_administrators(town, login):
    answer = client(town, login).get("/people/log.csv")
    assert (answer.status_code, b"signed in" in answer.data) == (403, False)
    assert b"signed in" in client(town, "admin").get("/people/log.csv").data


def test_the_question_about_anothers_customer_is_answered_with_nothing_of_it(town):
    with served(town[2]) as port:
        visitor = Visitor("127.0.0.1", port, near=None, cookie=f"{COOKIE}={town[3]['anna']}")
        try:
            for path in ("/customer", "/deal", "/memory", "/cash", "/changes"):
                visitor.open(path, query(customer="C2", amount="1000"))
                assert "De Vries" not in json.dumps(visitor.props, ensure_ascii=False), path
        finally:
            visitor.close()


@pytest.mark.parametrize(
    ("login", "path", "status"),
    [
        ("sales", "/imports/mapping/x/y.toml", 403),
        ("credit", "/imports/mapping/x/y.toml", 404),
        ("ines", "/imports/mapping/x/y.toml", 403),
        ("sales", "/download/list.csv?list=rejects", 400),
    ],
)
def test_what_a_role_may_not_do_is_refused_at_its_address(town, login, path, status):
    assert client(town, login).get(path).status_code == status


def test_files_and_lists_hold_own_rows_only(town):
    asked = [f"list={page_list.name}" for page in PAGES for page_list in page.listings]
    figures = [f"explain={json.dumps({'metric': 'aging', 'by': ['customer']})}"]
    for login, others in (("anna", False), ("credit", True)):
        browser, seen = client(town, login), b""
        for what, which in (*(("list", one) for one in asked), *(("figure", f) for f in figures)):
            for form in ("csv", "xlsx"):
                answer = browser.get(f"/download/{what}.{form}?{which}&customer=C2")
                if form == "csv":
                    seen += answer.data
        assert (b"De Vries" in seen) is others, login
        whole = browser.get(f"/download/figure.csv?{figures[0]}").data
        assert (b"De Vries" in whole) is others
        assert b"Janssens" in whole


def test_a_link_to_anothers_customer_says_nothing_of_it(town):
    near = {"Referer": "http://localhost/customer?customer=C2"}
    page = client(town, "anna").get("/_dash-layout", headers=near)
    assert b"De Vries" not in page.data
    assert page.status_code == 200


def test_what_is_kept_for_one_reader_is_not_given_to_another(town):
    """The same question of two readers has two answers, in whatever order they ask."""
    store = town[0]
    explain = json.dumps({"metric": "aging"})
    ask = f"/download/figure.csv?explain={explain}"
    first = [client(town, login).get(ask).data for login in ("anna", "admin", "anna", "sales")]
    assert first[0] == first[2] != first[1] == first[3]
    assert store.current() is not None


def test_what_is_said_bears_the_name_of_who_is_signed_in(town):
    store, people, app, sessions = town
    context = Context(store, None, people)
    with app.server.test_request_context("/"):
        flask.g.reader = people.reader(sessions["anna"])
        line = context.memory.say("Somebody Else", "C1", Note(), "Called.")
        assert line.who == "Anna"
        for said, customer, why in (
            (Note(), "C2", "not one of yours"),
            (Limit(Decimal(10), "EUR"), "C1", "role"),
        ):
            with pytest.raises(SaidError, match=why):
                context.memory.say("Anna", customer, said, "x")
        flask.g.reader = people.reader(sessions["ines"])
        limit = context.memory.say("", "C1", Limit(Decimal(10), "EUR"))
        flask.g.reader = people.reader(sessions["credit"])
        other = context.memory.say("", "C2", Note(), "Of another.")
        flask.g.reader = people.reader(sessions["anna"])
        heard = {one.id for one in context.memory.lines()}
        assert line.id in heard
        assert other.id not in heard
        with pytest.raises(SaidError, match="role"):
            context.memory.take_back("", limit.id)
        with pytest.raises(SaidError, match="not one of yours"):
            context.memory.take_back("", other.id)
        assert context.memory.take_back("", line.id).who == "Anna"


def test_a_question_asks_once_what_was_said_and_again_after_it_said_something(
    tmp_path, monkeypatch
):
    context, asked = Context(small_company(tmp_path)), []
    revision = Memory.revision
    monkeypatch.setattr(Memory, "revision", lambda self: asked.append(1) or revision(self))
    app = create_app(context.store)
    with app.server.test_request_context("/"):
        first = context.view("").moment
        assert (context.moment(), len(asked)) == (first, 1)
        context.memory.say("Anna", "C1", Note(), "Called.")
        assert context.moment() != first
        assert len(asked) == 2
    with app.server.test_request_context("/"):
        Memory(context.store.folder).say("Bram", "C1", Note(), "Called elsewhere.")
        assert context.moment() != first
        assert len(asked) == 3


def test_a_question_that_changes_nothing_is_answered_as_of_one_moment(tmp_path):
    context = Context(small_company(tmp_path))
    app = create_app(context.store)
    with app.server.test_request_context("/"):
        context.hold()
        view = context.view("")
        Memory(context.store.folder).say("Bram", "C1", Note(), "Called elsewhere.")
        assert context.moment() == view.moment
        assert context.view("") is view
    with app.server.test_request_context("/"):
        assert context.moment() != view.moment


def test_signing_in_leads_back_and_out_again(town):
    browser = client(town)
    asked = browser.get("/dso?country=BE", headers={"Accept": "text/html"})
    assert asked.status_code == 303
    page = browser.get(asked.location)
    assert page.status_code == 200
    assert b'autocomplete="current-password"' in page.data
    wrong = browser.post(asked.location, data={"login": "credit", "password": "no"})
    assert (wrong.status_code, b'role="alert"' in wrong.data) == (403, True)
    assert b'value="credit"' in wrong.data
    right = browser.post(asked.location, data={"login": "credit", "password": SECRET})
    assert (right.status_code, right.location) == (303, "/dso?country=BE")
    cookie = right.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert browser.get("/_dash-layout").status_code == 200
    assert browser.post("/sign-out").status_code == 303
    assert browser.get("/_dash-layout").status_code == 401


@pytest.mark.parametrize("path", ["/", "/_dash-layout", "/sign-in", "/no/such", "/people/log.csv"])
def test_browsers_are_told_what_protects_a_reader(town, path):
    with client(town, "sales").get(path, base_url="https://localhost") as answer:
        told = answer.headers
        scripts = told["Content-Security-Policy"].partition("script-src")[2].partition(";")[0]
        assert "unsafe" not in scripts
        assert "frame-ancestors 'none'" in told["Content-Security-Policy"]
        assert told["X-Content-Type-Options"] == "nosniff"
        assert told["Referrer-Policy"] == "same-origin"
        assert told["Strict-Transport-Security"].startswith("max-age=")
        assert "camera=()" in told["Permissions-Policy"]
        assert "charset=utf-8" in told["Content-Type"] or answer.is_json
        assert "Access-Control-Allow-Origin" not in told
    form = {"login": "credit", "password": SECRET}
    cookie = client(town).post("/sign-in", data=form, base_url="https://localhost").headers
    assert "Secure" in cookie["Set-Cookie"]


@pytest.mark.parametrize(
    "to", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:x", "/a\nb"]
)
def test_signing_in_leads_nowhere_else(town, to):
    answer = client(town).post(
        "/sign-in", query_string={"to": to}, data={"login": "credit", "password": SECRET}
    )
    assert (answer.status_code, answer.location) == (303, "/")


def test_a_form_of_another_site_signs_nobody_in(town):
    answer = client(town).post(
        "/sign-in",
        data={"login": "credit", "password": SECRET},
        headers={"Origin": "https://evil.example"},
    )
    assert answer.status_code == 403
    assert "Set-Cookie" not in answer.headers


def test_an_invitation_sets_a_password_and_lets_in(town):
    people, browser = town[1], client(town)
    ticket = people.add("new", "New & <b>Bold</b>", SALES)
    page = browser.get(f"/welcome/{ticket}")
    assert b"New &amp; &lt;b&gt;Bold" in page.data
    for said, status in (
        ({"password": SECRET, "again": "another"}, 403),
        ({"password": "short", "again": "short"}, 403),
        ({"password": SECRET, "again": SECRET}, 303),
    ):
        assert browser.post(f"/welcome/{ticket}", data=said).status_code == status
    assert browser.get("/_dash-layout").status_code == 200
    assert client(town).get(f"/welcome/{ticket}").status_code == 410


def test_who_is_shut_out_is_out_at_the_next_request(town):
    people, browser = town[1], client(town)
    people.set_password(people.add("gone", "Gone", SALES), SECRET)
    browser.set_cookie(COOKIE, people.sign_in("gone", SECRET))
    assert browser.get("/_dash-layout").status_code == 200
    people.change("gone", active=False)
    assert browser.get("/_dash-layout").status_code == 401
    assert browser.get("/download/figure.csv?explain={}").status_code == 401


def test_without_accounts_this_machine_alone_is_answered(tmp_path):
    store = small_company(tmp_path)
    app = create_app(store, people=People(store.folder), names=["tandem.example"])
    browser = app.server.test_client()
    assert browser.get("/_dash-layout").status_code == 200
    answer = browser.get("/_dash-layout", headers={"Host": "tandem.example"})
    assert answer.status_code == 403
    assert b"users add" in answer.data


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"null", b"[]", b'"x"', b"{}", b'{"output": 5}', b'{"output": "nothing.at"}',
        b'{"output": "foot.children"}', b'{"output": "foot.children", "inputs": [1, 2, 3]}',
        b'{"output": "foot.children", "inputs": {}, "state": "x"}', b"\xff\xfe",
    ],
)  # fmt: skip
def test_a_question_that_is_none_is_refused_in_a_line(town, body):
    answer = client(town, "admin").post(
        "/_dash-update-component", data=body, content_type="application/json"
    )
    assert answer.status_code == 400
    assert answer.data.count(b"\n") == 1


def test_every_role_is_in_the_table():
    assert set(ROLES) == {"sales", "credit", "executive", "admin"}


def test_the_log_says_who_looked_at_whom_said_and_exported(town):
    people, browser = town[1], client(town, "credit")
    near = {"Referer": "http://localhost/customer?customer=C4"}
    browser.get("/_dash-layout", headers=near)
    browser.get(f"/download/figure.csv?country=BE&explain={json.dumps({'metric': 'aging'})}")
    done = [(d.login, d.what, d.about) for d in people.audit(2)]
    assert done == [
        ("credit", "exported", "aging.csv ?country=BE"),
        ("credit", "looked at", "C4"),
    ]


@pytest.mark.parametrize("asked", [("url", "search", str), ("below", "data", dict)])
def test_whoever_goes_on_to_another_customer_stands_in_the_log_once(town, asked):
    _store, people, app, _sessions = town
    one, prop, kind = asked
    browser = app.server.test_client()
    people.set_password(people.add(one, "Curious", CREDIT, Scope()), SECRET)
    browser.set_cookie(COOKIE, people.sign_in(one, SECRET))
    output = (
        next(
            name
            for name, told in app.callback_map.items()
            if name.startswith("..customer-") and told["inputs"] == [{"id": one, "property": prop}]
        )
        if kind is dict
        else "customer-headline.children"
    )
    known = app.callback_map[output]
    for customer in ("C1", "C1", "C2"):
        search = f"?customer={customer}&as_of=2025-12-31"
        values = {one: search if kind is str else {"search": search, "retry": 0}}
        inputs = [{**i, "value": values.get(i["id"])} for i in known["inputs"]]
        outputs = [{"id": "x", "property": "children"}]
        body = {"output": output, "inputs": inputs, "outputs": outputs}
        browser.post("/_dash-update-component", json=body)
    done = [(d.what, d.about) for d in people.audit() if d.login == one]
    assert [about for what, about in done if what == "looked at"] == ["C2", "C1"]


def test_a_statement_is_of_own_customers_alone_and_stands_in_the_log(town):
    browser = client(town, "anna")
    assert browser.get("/statement.html?customer=C2").status_code == 404
    assert browser.get("/statement.html?customer=C1&from=2026-01-01").status_code == 200
    done = town[1].audit(1)[0]
    assert (done.login, done.what) == ("anna", "exported")
    assert done.about == "statement.html C1 2026-01-01 2026-03-31"


def test_what_followed_from_an_older_state_is_let_go(tmp_path):
    """Its file can be deleted, on Windows as well, and a newer state is shown to everybody."""
    store, people = small_company(tmp_path), People(tmp_path)
    people.add("admin", "Admin", "admin")
    people.set_password(people.add("own", "Own", SALES, ANNAS), SECRET)
    session = people.sign_in("own", SECRET)
    context = Context(store, None, people)
    app = create_app(store, people=people)

    def seen():
        with app.server.test_request_context("/"):
            flask.g.reader = people.reader(session)
            view = context.view("")
            return weakref.ref(view.state.engine), view.state.number

    older, number = seen()
    gc.collect()
    assert older() is not None, "kept for the next look"
    store.publish(lambda *_made: None, keep=set(TABLES))
    assert seen()[1] == number + 1
    gc.collect()
    assert older() is None


@pytest.mark.parametrize("kind", ["pptx", "xlsx", "pdf"])
def test_a_review_taken_along_holds_the_readers_customers_alone(town, kind):
    mine, all_ = (
        in_words(client(town, login).get(f"/review.{kind}").data, kind)
        for login in ("ines", "sales")
    )
    assert "Salesperson: Anna" in mine
    assert "Salesperson: Anna" not in all_
    for name in OTHERS:
        assert name not in mine
        assert kind != "xlsx" or name in all_
    last = town[1].audit(2)[1]
    assert (last.login, last.what, last.about) == ("ines", "exported", f"review-2026-03.{kind} ")


def in_words(content, kind):
    """Return all texts of a file; of a slide show and a workbook those of each of its parts."""
    if kind == "pdf":
        pages = PdfReader(io.BytesIO(content)).pages
        return " ".join(" ".join(page.extract_text().split()) for page in pages)
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        return html.unescape(
            " ".join(parts.read(n).decode() for n in parts.namelist() if n.endswith(".xml"))
        )

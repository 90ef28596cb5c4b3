"""Signing in without a password: by a web server before Tandem, or at a real OpenID provider."""

import json
import re
import subprocess
import sys
import time
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from dashboards.door.entry import COOKIE
from dashboards.door.provider import OpenID
from dashboards.door.ways import PROVES, Provider, Proxy, SettingError, Ways, ways_of
from dashboards.server import create_app
from data.core.rights import SALES
from data.workspace.people.people import People
from tests.pages import small_company
from tests.serving import free_port

KEY = "k" * 40
HTML = {"Accept": "text/html"}
PEOPLE = (  # subject, mail address, whether it is verified
    ("1", "admin@x.example", True),
    ("2", "Sales@x.example", True),
    ("3", "unverified@x.example", False),
    ("4", "stranger@x.example", True),
    ("5", "shut@x.example", True),
)


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A store and its people; nobody has a password."""
    store = small_company(tmp_path_factory.mktemp("house"))
    people = People(store.folder)
    people.add("admin@x.example", "Admin", "admin")
    for login in ("sales", "unverified", "shut"):
        people.add(f"{login}@x.example", login.title(), SALES)
    people.change("shut@x.example", active=False)
    return store, people


@pytest.fixture(scope="module")
def behind(house):
    """An app behind a web server that signs people in."""
    store, people = house
    return create_app(store, people=people, ways=Ways(Proxy("X-Remote-User", KEY))).server


def test_a_web_server_that_proves_itself_names_who_looks(behind, house):
    said = {"X-Remote-User": "Sales@x.example", PROVES: KEY}
    browser = behind.test_client()
    assert browser.get("/_dash-layout", headers=said).status_code == 200
    assert house[1].audit(1)[0].login == "sales@x.example"
    number = house[1].audit(1)[0].number
    assert browser.get("/_dash-layout", headers=said).status_code == 200
    assert house[1].audit(1)[0].number == number, "each look is not a sign-in"
    assert browser.get("/imports/mapping/x/y.toml", headers=said).status_code == 403
    assert browser.get("/sign-in", headers=said).location == "/", "there is nothing to ask"
    assert b"sign out there" in browser.post("/sign-out", headers=said).data
    # it is asked with each request: nothing stays in the browser
    assert browser.get("/_dash-layout").status_code == 401
    house[1].change("sales@x.example", active=False)
    try:
        assert browser.get("/_dash-layout", headers=said).status_code == 403
    finally:
        house[1].change("sales@x.example", active=True)


@pytest.mark.parametrize("secret", [None, "", "wrong", KEY[:-1], KEY + "k", "é" * 40])
def test_who_does_not_know_the_secret_names_nobody(behind, secret):
    said = {"X-Remote-User": "admin@x.example"} | ({PROVES: secret} if secret is not None else {})
    answer = behind.test_client().get("/_dash-layout", headers=said)
    assert answer.status_code == (401 if secret is None else 403)
    assert b"Janssens" not in answer.data


@pytest.mark.parametrize(
    ("login", "status"),
    [("nobody@x.example", 403), ("shut@x.example", 403), ("admin@x.example, x", 403), ("", 401)],
)
def test_who_has_no_account_is_refused_whoever_names_them(behind, login, status):
    said = {"X-Remote-User": login, PROVES: KEY}
    assert behind.test_client().get("/_dash-layout", headers=said).status_code == status


def test_a_header_says_nothing_where_no_web_server_is_set_up(house):
    app = create_app(house[0], people=house[1], ways=Ways())
    said = {"X-Remote-User": "admin@x.example", PROVES: KEY}
    assert app.server.test_client().get("/_dash-layout", headers=said).status_code == 401


def test_without_accounts_nobody_is_let_in_where_others_sign_people_in(tmp_path):
    store = small_company(tmp_path)
    ways = Ways(Proxy("X-Remote-User", KEY))
    browser = create_app(store, people=People(tmp_path), ways=ways).server.test_client()
    assert browser.get("/_dash-layout").status_code == 401


OIDC = {"TANDEM_OIDC_ISSUER": "https://id.example", "TANDEM_OIDC_CLIENT": "t"}


@pytest.mark.parametrize(
    ("environment", "why"),
    [
        ({"TANDEM_PROXY_HEADER": "X-User"}, "TANDEM_PROXY_SECRET"),
        ({"TANDEM_PROXY_HEADER": "X-User", "TANDEM_PROXY_SECRET": "short"}, "32"),
        ({"TANDEM_PROXY_SECRET": KEY}, "TANDEM_PROXY_HEADER"),
        (OIDC, "TANDEM_OIDC_SECRET"),
        ({**OIDC, "TANDEM_OIDC_ISSUER": "http://id.example"}, "https://"),
        ({"TANDEM_AT": "tandem.example.com"}, "https://"),
    ],
)
def test_a_way_that_is_not_whole_is_refused_at_the_start(environment, why):
    with pytest.raises(SettingError, match=why):
        ways_of(environment)


def test_secrets_are_not_shown():
    ways = ways_of({**OIDC, "TANDEM_OIDC_SECRET": KEY, "TANDEM_PROXY_HEADER": "X-User",
                    "TANDEM_PROXY_SECRET": KEY})  # fmt: skip
    assert ways.provider.name == "id.example"
    assert KEY not in repr(ways)
    assert not ways_of({})


@pytest.fixture(scope="module")
def issuer():
    """A provider of OpenID Connect in a process of its own."""
    port = free_port()
    told = [
        json.dumps({"sub": sub, "email": mail, "email_verified": known})
        for sub, mail, known in PEOPLE
    ]
    asked = [word for one in told for word in ("--user-claims", one)]
    running = subprocess.Popen(
        [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), "-n", "true", *asked],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    until = time.monotonic() + 60
    while True:
        try:
            requests.get(f"{address}/.well-known/openid-configuration", timeout=5)
            break
        except requests.ConnectionError:
            assert time.monotonic() < until, "the provider does not start"
            time.sleep(0.1)
    yield address
    running.terminate()
    running.wait(timeout=20)


def app_of(house, issuer, claim="email"):
    provider = Provider(issuer, "tandem", "secret", "Example ID", claim)
    return create_app(house[0], people=house[1], ways=Ways(provider=provider)).server


def away(browser, to="/dso?country=BE"):
    """Leave for the provider; return the address that the browser is sent to."""
    form = browser.get("/sign-in", query_string={"to": to}).text
    link = re.search(r'<a class="other" href="([^"]+)">Sign in with Example ID', form)[1]
    answer = browser.get(link)
    assert answer.status_code == 303
    assert "HttpOnly" in answer.headers["Set-Cookie"]
    return answer.location


def signed_in(address, subject):
    """Sign in at the provider; return the path and query with which the browser comes back."""
    answer = requests.post(address, data={"sub": subject}, allow_redirects=False, timeout=20)
    came = urlsplit(answer.headers["Location"])
    assert (came.netloc, came.path) == ("localhost", "/sign-in/oidc/return")
    return f"{came.path}?{came.query}"


@pytest.mark.parametrize(
    ("claim", "subject", "login"),
    [("email", "2", "sales@x.example"), ("sub", "admin@x.example", "admin@x.example")],
)
def test_who_signs_in_at_the_provider_is_let_in_and_out_again(house, issuer, claim, subject, login):
    browser = app_of(house, issuer, claim).test_client()
    address = away(browser)
    asked = parse_qs(urlsplit(address).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert len(asked["code_challenge"][0]) == 43
    assert {"state", "nonce"} <= set(asked)
    assert asked["response_type"] == ["code"]
    back = signed_in(address, subject)
    answer = browser.get(back)
    assert (answer.status_code, answer.location) == (303, "/dso?country=BE")
    assert browser.get("/_dash-layout").status_code == 200
    assert (house[1].audit(1)[0].login, house[1].audit(1)[0].about) == (login, "Example ID")
    # what worked once works no more
    other = app_of(house, issuer, claim).test_client()
    assert other.get(back).location == "/sign-in"
    assert browser.get(back).location == "/sign-in"
    out = browser.post("/sign-out")
    assert f"{issuer}/oauth2/end_session?client_id=tandem" in out.text
    assert browser.get("/_dash-layout").status_code == 401


@pytest.mark.parametrize(
    ("subject", "why"),
    [("3", "not verified"), ("4", "Nobody here"), ("5", "Nobody here")],
)
def test_who_has_no_account_or_no_address_of_their_own_is_refused(house, issuer, subject, why):
    browser = app_of(house, issuer).test_client()
    answer = browser.get(signed_in(away(browser), subject))
    assert (answer.status_code, why in answer.text) == (403, True)
    assert browser.get_cookie(COOKIE) is None


def test_what_was_begun_elsewhere_or_altered_signs_nobody_in(house, issuer, monkeypatch):
    app = app_of(house, issuer)
    browser, other = app.test_client(), app.test_client()
    theirs = signed_in(away(other), "1")
    away(browser)
    assert browser.get(theirs).status_code == 403, "the state of another browser"
    away(browser)
    state = parse_qs(urlsplit(theirs).query)["state"][0]
    assert browser.get(f"/sign-in/oidc/return?state={state}&code=x").status_code == 403
    for query in ("", "?error=access_denied", "?code=x"):
        away(browser)
        assert browser.get(f"/sign-in/oidc/return{query}").status_code == 403
    browser.set_cookie("tandem-away", "%7B%22state%22%3A1%7D", path="/sign-in")
    assert browser.get(theirs).location == "/sign-in"
    mine = signed_in(away(browser), "1")
    claims = OpenID._claims
    monkeypatch.setattr(OpenID, "_claims", lambda s, t, _n, k: claims(s, t, "another", k))
    assert browser.get(mine).status_code == 403, "the nonce of another"
    assert browser.get_cookie(COOKIE) is None


def test_a_token_of_another_key_or_of_none_says_nothing(house, issuer):
    from joserfc import jwt
    from joserfc.jwk import OctKey, RSAKey

    provider = OpenID(Provider(issuer, "tandem", "secret", "Example ID"))
    known, now = provider._known(), int(time.time())
    claims = {"iss": known["issuer"], "aud": "tandem", "sub": "1", "iat": now, "exp": now + 60,
              "nonce": "n"}  # fmt: skip
    for header, key in (
        ({"alg": "RS256"}, RSAKey.generate_key(2048)),
        ({"alg": "HS256"}, OctKey.import_key(KEY)),
    ):
        token = jwt.encode(header, claims, key)
        with pytest.raises(Exception, match=r"(?i)signature|alg|key"):
            provider._claims(token, "n", known)


def test_a_provider_that_does_not_answer_is_said(house):
    browser = app_of(house, f"http://127.0.0.1:{free_port()}").test_client()
    answer = browser.get("/sign-in/oidc")
    assert (answer.status_code, "did not work" in answer.text) == (403, True)

"""`python app.py users`: who may come in, from the command line."""

import re

import pytest
from typer.testing import CliRunner

from app import cli
from data.core.rights import Scope
from data.workspace.people.people import People

ADMIN = ("add", "anna", "--name", "Anna", "--role", "admin")


@pytest.fixture
def users(tmp_path):
    """Run a command over a store; return its exit code and what it prints."""

    def run(*arguments):
        done = CliRunner().invoke(cli, ["users", *arguments, "--store", str(tmp_path)])
        return done.exit_code, done.output

    return run


def test_an_account_is_added_listed_changed_and_shut(users, tmp_path):
    assert "Nobody has an account" in users("list")[1]
    code, printed = users(*ADMIN, "--at", "https://tandem.example.com/")
    assert code == 0
    assert re.search(r"^https://tandem\.example\.com/welcome/\S{20,}$", printed, re.MULTILINE)
    people = People(tmp_path)
    code, printed = users(
        "add", "bob", "--name", "Bob", "--role", "sales", "--sees", "country=BE",
        "--sees", "country=NL", "--sees", "salesperson=Bob",
    )  # fmt: skip
    assert code == 0
    own = Scope.of({"country": ("BE", "NL"), "salesperson": ("Bob",)})
    assert people.account("bob").scope == own
    assert people.invited(printed.rsplit("/", 1)[1].strip()).login == "bob"
    listed = users("list")[1]
    assert "bob  Bob  sales  salesperson: Bob; country: BE, NL  invited" in listed
    assert "anna  Anna  admin  all customers" in listed
    level = ("--approves", "Credit manager")
    assert users("change", "bob", "--role", "credit", "--sees-all", *level) == (0, "")
    assert "bob  Bob  credit  approves as Credit manager  all customers" in users("list")[1]
    assert (people.account("bob").role, bool(people.account("bob").scope)) == ("credit", False)
    assert "/welcome/" in users("reset", "bob")[1]
    for command, active in (("shut", False), ("open", True)):
        assert users(command, "bob") == (0, "")
        assert people.account("bob").active is active
    assert users("sign-out", "bob") == (0, "")
    assert "command line  account added  anna admin" in users("log", "--most", "100")[1]


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("add", "bob", "--name", "Bob", "--role", "boss"), 1, "no role"),
        (("add", "bob", "--name", "Bob", "--role", "sales", "--sees", "BE"), 2, "country=BE"),
        (("add", "bob", "--name", "Bob", "--role", "sales", "--sees", "vat=1"), 2, "vat"),
        (("change", "anna", "--approves", "Boss"), 2, "is no level of the policy"),
        (("shut", "nobody"), 1, "Nobody has the login"),
        (("shut", "anna"), 1, "remain"),
        (("change", "anna", "--sees", "country=BE", "--sees-all"), 2, "exclude"),
    ],
)
def test_what_cannot_be_done_is_said(users, arguments, code, says):
    users(*ADMIN)
    found, printed = users(*arguments)
    assert found == code
    assert says in re.sub(r"[\s│]+", " ", printed)


def test_nobody_listens_elsewhere_before_somebody_has_an_account(tmp_path):
    done = CliRunner().invoke(
        cli, ["serve", "--store", str(tmp_path), "--host", "0.0.0.0", "--port", "0"]
    )
    assert done.exit_code == 1
    assert "users add" in done.output

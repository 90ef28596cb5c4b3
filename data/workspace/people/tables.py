"""The tables of people; see `data.workspace.tables`.

accounts    one for each person: login, name, role, scope, password (a hash; '' until it is set),
            approves (a level of the policy, see `data.core.rights.Reader`)
tickets     what lets its holder set a password once, by the hash of its secret
sessions    who is signed in, by the hash of the secret that the browser holds
attempts    who tried to sign in, from where, and whether it worked
audit       what was done by whom; the database refuses to change or delete a row of it
visits      when each reader last looked, what stood there, and the same of the visit before
"""

from __future__ import annotations

import sqlalchemy as sa

from data.workspace.tables import META, Moment

ACCOUNTS = sa.Table(
    "accounts",
    META,
    sa.Column("id", sa.String(16), primary_key=True),
    sa.Column("login", sa.String(120), nullable=False, unique=True),
    sa.Column("name", sa.String(80), nullable=False),
    sa.Column("role", sa.String(16), nullable=False),
    sa.Column("scope", sa.Text, nullable=False),
    sa.Column("password", sa.Text, nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("made_at", Moment, nullable=False),
    sa.Column("approves", sa.Text, nullable=False, server_default=""),
)
TICKETS = sa.Table(
    "tickets",
    META,
    sa.Column("hash", sa.String(64), primary_key=True),
    sa.Column("account", sa.ForeignKey(ACCOUNTS.c.id), nullable=False),
    sa.Column("until", Moment, nullable=False),
)
SESSIONS = sa.Table(
    "sessions",
    META,
    sa.Column("hash", sa.String(64), primary_key=True),
    sa.Column("account", sa.ForeignKey(ACCOUNTS.c.id), nullable=False, index=True),
    sa.Column("since", Moment, nullable=False),
    sa.Column("seen", Moment, nullable=False),
)
ATTEMPTS = sa.Table(
    "attempts",
    META,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("at", Moment, nullable=False, index=True),
    sa.Column("login", sa.String(120), nullable=False),
    sa.Column("address", sa.String(64), nullable=False),
    sa.Column("worked", sa.Boolean, nullable=False),
)
AUDIT = sa.Table(
    "audit",
    META,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("at", Moment, nullable=False),
    sa.Column("login", sa.String(120), nullable=False),
    sa.Column("what", sa.String(24), nullable=False),
    sa.Column("about", sa.Text, nullable=False),
    sa.Column("address", sa.String(64), nullable=False),
)
VISITS = sa.Table(
    "visits",
    META,
    sa.Column("login", sa.String(120), primary_key=True),
    sa.Column("at", Moment, nullable=False),
    sa.Column("seen", sa.Text, nullable=False),
    sa.Column("before_at", Moment),
    sa.Column("before", sa.Text, nullable=False),
)

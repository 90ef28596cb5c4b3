"""How far the suite goes: `make test` tries a few random cases of each law, `make test-deep` many.

TANDEM_DEEP makes it deep. Tests marked `deep` are left out without it; what they guard is guarded
by another as well: they try more of the same. Those marked `random` try a few cases without it, and
many with it; every law over random ledgers is marked so by itself.
"""

from __future__ import annotations

from os import environ

from hypothesis import HealthCheck, Phase, settings

DEEP = "TANDEM_DEEP" in environ

#: A failing case is made smaller only where TANDEM_SHRINK is set: over ledgers it takes minutes.
_PHASES = [p for p in Phase if p is not Phase.shrink or "TANDEM_SHRINK" in environ]

#: The quick suite, and a build server, try the same cases every time.
settings.register_profile(
    "tandem",
    deadline=None,
    derandomize=not DEEP or "CI" in environ,
    phases=_PHASES,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.function_scoped_fixture,
    ],
)


#: Of the cases: a sixth in a quick suite, half on a build server. That tries the same ones every
#: time, and all of them took longer than it may; before a release all are tried, and new ones.
_SHARE = 6 if not DEEP else 2 if "CI" in environ else 1


def few(many: int) -> int:
    """Return how many cases to try where a deep suite tries `many`; the first is the simplest."""
    return max(2, -(-many // _SHARE))


def checked(many: int) -> settings:
    """Return what to decorate a law with: `few` cases of it."""
    return settings(settings.get_profile("tandem"), max_examples=few(many))

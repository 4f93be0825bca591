"""A blog that was moved here, and those who ask as clients of other systems do."""

from collections.abc import Callable

import pytest

from service.db.store import Store
from service.domain.policy import SitePolicy
from service.operations.api_tokens import Scope, make_token
from service.operations.moderators import Role, add_moderator
from service.operations.post_numbers import map_posts
from service.privacy.keyring import Keyring
from service.web.compat.isso import patience
from tests.db.acts import Acts, make_site
from tests.doubles import FrozenClock
from tests.web.compat.isso_client import IssoClient
from tests.web.public.reader import BLOG, House

MakeToken = Callable[..., str]


@pytest.fixture
def acts(sqlite_store: Store, keyring: Keyring, clock: FrozenClock) -> Acts:
    """The site ``blog``, whose posts 17 and 18 are ``/a`` and ``/b``."""
    site = make_site(sqlite_store, "blog", SitePolicy(origins=(BLOG,)), clock())
    pages = {17: "/a", 18: "/b"}
    sqlite_store.write(lambda s: map_posts(s, site, pages, now=clock()))
    return Acts(store=sqlite_store, keyring=keyring, clock=clock, site_id=site.id)


@pytest.fixture
def token_of(acts: Acts) -> MakeToken:
    """Makes the API token of a new moderator of ``blog``."""

    def make(role: Role = Role.MODERATOR, scope: Scope = Scope.DECIDE) -> str:
        def act(session: object) -> str:
            number = add_moderator(
                session,  # type: ignore[arg-type]  # the store's own
                acts.keyring,
                f"{role.value}.{scope.value}@mod.example",
                name=role.value,
                roles={acts.site_id: role},
                now=acts.clock(),
            )
            return make_token(
                session,  # type: ignore[arg-type]  # the store's own
                number,
                name="script",
                scope=scope,
                now=acts.clock(),
            )

        return acts.store.write(act)

    return make


@pytest.fixture(autouse=True)
def _no_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """No worker runs here, so nothing would come of waiting for one."""
    monkeypatch.setattr(patience, "WAIT_SECONDS", 0.0)


@pytest.fixture
def widget(house: House, acts: Acts) -> IssoClient:
    """A browser that keeps cookies."""
    assert acts.site.key == "blog"
    return IssoClient(house.app().test_client())


@pytest.fixture
def stranger(house: House, acts: Acts) -> IssoClient:
    """Another browser."""
    assert acts.site.key == "blog"
    return IssoClient(house.app().test_client())

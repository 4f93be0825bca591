"""Two sites with people in every role, for tests of what owners may change."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from service.operations.moderators import ModeratorView, Role, moderator_by_id
from service.operations.sites import SiteView
from tests.db.acts import Acts
from tests.queue_seeds import Seeds


@dataclass(slots=True, kw_only=True)
class Owners:
    """The people of the site ``blog``, and of another one."""

    acts: Acts
    ada: ModeratorView
    """Owns ``blog``."""
    mo: ModeratorView
    """Moderates it."""
    vi: ModeratorView
    """Views it."""
    zoe: ModeratorView
    """Owns ``other`` alone."""
    other: SiteView

    def again(self, who: ModeratorView) -> ModeratorView:
        """The same person as it is now."""
        return self.acts.store.read(lambda s: moderator_by_id(s, who.id))

    @property
    def not_owners(self) -> list[ModeratorView]:
        """Everybody who may change nothing on ``blog``."""
        return [self.mo, self.vi, self.zoe]


def make_owners(acts: Acts) -> Owners:
    """The people, each with a role."""

    def act(session: Session) -> Owners:
        seeds = Seeds(session=session, keyring=acts.keyring, now=acts.clock())
        blog, other = acts.site_id, seeds.site("other")
        return Owners(
            acts=acts,
            ada=seeds.moderator("ada@example.org", a=(blog, Role.OWNER)),
            mo=seeds.moderator("mo@example.org", a=(blog, Role.MODERATOR)),
            vi=seeds.moderator("vi@example.org", a=(blog, Role.VIEWER)),
            zoe=seeds.moderator("zoe@example.org", a=(other.id, Role.OWNER)),
            other=other,
        )

    return acts.store.write(act)

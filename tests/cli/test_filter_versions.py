"""`foyer filter versions`, `rollback` and `rebuild`."""

from collections.abc import Iterator

import pytest

from service.db.store import Store, make_engine
from service.domain.status import Status
from service.operations.moderators import moderator_by_email
from service.operations.sites import site_by_key
from service.privacy.keyring import Keyring
from service.settings import load
from tests.campaign_texts import campaign
from tests.cli.conftest import Foyer
from tests.doubles import FrozenClock
from tests.worker.laboratory import Laboratory
from tests.worker.school import School

EMAIL = "mo@example.org"


@pytest.fixture
def school(foyer: Foyer, clock: FrozenClock) -> Iterator[School]:
    """What moderators and workers do on the installation of the commands."""
    foyer("moderator", "add", EMAIL, "--role", "moderator", "--site", "blog")
    settings = load()
    store = Store(make_engine(settings.database))
    laboratory = Laboratory(
        store=store,
        keyring=Keyring.load(settings.keys_path),
        clock=clock,
        found=store.read(lambda s: site_by_key(s, "blog")),
    )
    yield School(laboratory=laboratory, doors=laboratory.doors())
    store.close()


def test_versions_say_what_they_know_and_which_acts(
    foyer: Foyer, school: School
) -> None:
    nothing = foyer("filter", "versions", "--site", "blog")
    assert nothing.out.startswith("Nothing was learned")
    for number in school.say_all(campaign(2)):
        school.teach(number, Status.SPAM)
    first, second = foyer("filter", "versions", "--site", "blog").out.splitlines()
    assert first.startswith("      1  ")
    assert second.startswith("*     2  ")
    assert second.endswith("steps    2 spam, 0 good")


def test_rollback_goes_one_back_or_where_it_is_told(
    foyer: Foyer, school: School
) -> None:
    refused = foyer("filter", "rollback", "--site", "blog")
    assert (refused.status, "nothing before it" in refused.err) == (1, True)
    for number in school.say_all(campaign(3)):
        school.teach(number, Status.SPAM)
    back = foyer("filter", "rollback", "--site", "blog")
    assert back.out == "Version 2 acts on blog now.\n"
    assert school.version() == 2
    alone = foyer("filter", "rollback", "--site", "blog", "--to", "0")
    assert alone.out == "The shared base acts alone on blog now.\n"
    assert school.log_odds(campaign(1)[0]) == 0
    refused = foyer("filter", "rollback", "--site", "blog", "--to", "9")
    assert (refused.status, "not kept" in refused.err) == (1, True)
    assert school.version() == 0


def test_rebuild_leaves_out_what_one_moderator_said(
    foyer: Foyer, school: School
) -> None:
    mo = school.laboratory.store.read(
        lambda s: moderator_by_email(s, school.laboratory.keyring, EMAIL).id
    )
    text, other = campaign(8)[5], campaign(9)[8]
    school.people["Mo"] = mo
    school.grow_old(mo)
    school.teach(school.say(text), Status.SPAM)
    said = school.log_odds(other)
    for spam in campaign(5):
        school.teach(school.say(spam), Status.SPAM, who=mo)
    assert school.log_odds(other) != said
    done = foyer("filter", "rebuild", "--site", "blog", "--without", EMAIL)
    assert done.out.splitlines()[0] == "5 labels were written off."
    assert "1 spam, 0 good" in done.out
    assert EMAIL not in done.out + done.err
    assert school.log_odds(other) == pytest.approx(said, abs=0.05)
    written_off = [label.written_off for label in school.labels()]
    assert written_off == [False] + [True] * 5
    again = foyer("filter", "rebuild", "--site", "blog", "--without", str(mo))
    assert again.out.splitlines()[0] == "0 labels were written off."


def test_unknown_moderator_changes_nothing(foyer: Foyer, school: School) -> None:
    refused = foyer("filter", "rebuild", "--site", "blog", "--without", "77")
    assert refused.status == 1
    assert "no moderator" in refused.err
    assert school.version() == 0

"""What the site's past says: by people's decisions, of this site, of others' texts."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import event

from service.domain.checking import Alike, ListHit, Page, Tally
from service.domain.status import Actor, Status
from service.operations import gather as gathering
from service.operations.lists import add_entry
from service.privacy.tokens import edit_token
from tests.db.acts import Acts, make_site

P, PUB, H, S, T = Status

FLOOD = (
    "Dear friends, our little shop has the finest rubber boots of the whole valley, "
    "and this week every second pair is free for readers of this lovely page. "
)


@pytest.fixture(params=["together", "each-alone"], autouse=True)
def way_of_asking(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asks about all marks at once, and as if each were shared by very many."""
    if request.param == "each-alone":
        for name in ("BY_ADDRESS", "BY_NETWORK", "BY_HOST", "SAME_WORDS", "BY_BAND"):
            crowded = replace(getattr(gathering, name), few=0)
            monkeypatch.setattr(gathering, name, crowded)


def decided(acts: Acts, text: str, status: Status, **fields: str) -> str:
    """A comment that a moderator has moved to ``status``."""
    made = acts.say(text, H, **fields)
    acts.move(made, status)
    return made


def other_site(acts: Acts) -> Acts:
    made = make_site(acts.store, "other", acts.site.policy, acts.clock())
    return Acts(
        store=acts.store, keyring=acts.keyring, clock=acts.clock, site_id=made.id
    )


def test_first_comment_of_a_site_has_no_past(acts: Acts) -> None:
    found = acts.evidence(acts.submit().comment_id)
    assert found.policy == acts.site.policy
    assert found.alike == Alike()
    assert found.address_tally == found.network_tally == Tally()
    assert (found.host_tallies, found.list_hits) == ({}, ())
    assert found.email_domain == "example.org"
    assert found.proven_published == 0


def test_domain_of_the_address_is_ascii_and_empty_without_one(acts: Acts) -> None:
    given = acts.submit("One.", email="ana@b\u00fccher.example").comment_id
    assert acts.evidence(given).email_domain == "xn--bcher-kva.example"
    assert acts.evidence(acts.submit("Two.", email="").comment_id).email_domain == ""


def test_address_is_tallied_by_moderators_decisions_only(acts: Acts) -> None:
    acts.say("By the checks.", PUB)
    acts.say("Also by the checks.", S)
    decided(acts, "One.", PUB)
    decided(acts, "Two.", S)
    decided(acts, "Three.", S)
    decided(acts, "Four.", T)
    decided(acts, "Of another.", S, email="bob@example.org")
    found = acts.evidence(acts.submit("New.").comment_id)
    assert found.address_tally == Tally(published=1, spam=2, trashed=1)


def test_what_the_operator_or_the_writer_moved_is_no_decision(acts: Acts) -> None:
    made = acts.say("One.", H)
    acts.move(made, S, Actor.OPERATOR)
    own = acts.say("Two.", H)
    acts.move(own, T, Actor.WRITER)
    assert acts.evidence(acts.submit("New.").comment_id).address_tally == Tally()


def test_last_decision_counts(acts: Acts) -> None:
    made = decided(acts, "One.", S)
    acts.move(made, PUB)
    found = acts.evidence(acts.submit("New.").comment_id)
    assert found.address_tally == Tally(published=1)


def test_other_sites_decisions_do_not_count(acts: Acts) -> None:
    there = other_site(acts)
    decided(there, f"{FLOOD} https://boots.example", S)
    found = acts.evidence(acts.submit(f"{FLOOD} https://boots.example").comment_id)
    assert found.address_tally == found.network_tally == Tally()
    assert found.host_tallies == {"boots.example": Tally()}
    assert found.alike == Alike()


def test_network_is_tallied_for_thirty_days(acts: Acts) -> None:
    decided(acts, "One.", S, email="bob@example.org", ip="2001:db8::1")
    decided(acts, "Two.", S, email="bob@example.org", ip="2001:db8:0:1::1")
    near = acts.submit("New.", ip="2001:db8::ffff:2").comment_id
    assert acts.evidence(near).network_tally == Tally(spam=1)
    acts.clock.advance(days=30, seconds=1)
    later = acts.submit("Later.", ip="2001:db8::3").comment_id
    assert acts.evidence(later).network_tally == Tally()


def test_hosts_are_tallied_for_links_and_the_website(acts: Acts) -> None:
    decided(acts, "See https://bad.example/a", S, email="x@example.org")
    decided(acts, "One.", S, website="https://bad.example", email="y@example.org")
    decided(acts, "See https://good.example", PUB, email="z@example.org")
    made = acts.submit(
        "See https://www.bad.example/b and http://new.example",
        website="https://good.example/me",
    ).comment_id
    assert acts.evidence(made).host_tallies == {
        "bad.example": Tally(spam=2),
        "good.example": Tally(published=1),
        "new.example": Tally(),
    }


def test_same_words_count_by_anybody_on_any_page_for_thirty_days(acts: Acts) -> None:
    acts.say("Rye wants patience!", PUB)
    acts.say("RYE wants  patience", S, page="/b", email="bob@example.org")
    made = acts.submit("Rye *wants* patience.", name="Eve").comment_id
    assert acts.evidence(made).alike == Alike(same=2, same_other_pages=1, spam=1)
    acts.clock.advance(days=30, seconds=1)
    later = acts.submit("Rye wants patience...").comment_id
    assert acts.evidence(later).alike.same == 0


def test_near_texts_count_for_a_week_and_only_by_others(acts: Acts) -> None:
    acts.say(f"{FLOOD} Ask for Bob.", S, email="bob@example.org")
    acts.say(f"{FLOOD} Ask for Eve.", H, email="eve@example.org")
    acts.say(f"{FLOOD} Ask for me.", PUB)
    made = acts.submit(f"{FLOOD} Ask for Ana.").comment_id
    found = acts.evidence(made).alike
    assert (found.same, found.near, found.spam) == (0, 2, 1)
    acts.clock.advance(days=7, seconds=1)
    later = acts.submit(f"{FLOOD} Ask for Ida.").comment_id
    assert acts.evidence(later).alike.near == 0


def test_comment_is_not_alike_to_itself(acts: Acts) -> None:
    made = acts.say(FLOOD, H)
    assert acts.evidence(made).alike == Alike()


def test_published_comments_of_a_proven_writer_are_counted(acts: Acts) -> None:
    first = acts.say("One.")
    acts.say("Two.")
    acts.say("Held.", H)
    acts.say("Of another.", email="bob@example.org")
    token = f"{first}.{edit_token(acts.keyring, first)}"
    proven = acts.submit("Three.", writer_token=token).comment_id
    claimed = acts.submit("Four.").comment_id
    assert acts.evidence(proven).proven_published == 2
    assert acts.evidence(claimed).proven_published == 0


@pytest.mark.parametrize(
    ("list_name", "field", "entry", "shown"),
    [
        ("spam", "text", "patience", "patience"),
        ("hold", "name", "Ana", "Ana"),
        ("hold", "network", "192.0.2.0/24", "192.0.2.0/24"),
        ("hold", "agent", "Tester", "Tester"),
    ],
)
def test_lists_see_what_is_private_and_tell_the_entry_only(
    acts: Acts, list_name: str, field: str, entry: str, shown: str
) -> None:
    acts.store.write(
        lambda s: add_entry(
            s, acts.keyring, acts.site_id, list_name, field, entry, acts.clock()
        )
    )
    hits = acts.evidence(acts.submit().comment_id).list_hits
    assert hits == (ListHit(list_name=list_name, field=field, pattern=shown),)


def test_listed_address_is_found_and_not_told(acts: Acts) -> None:
    acts.store.write(
        lambda s: add_entry(
            s,
            acts.keyring,
            acts.site_id,
            "spam",
            "address",
            "ana@example.org",
            acts.clock(),
        )
    )
    (hit,) = acts.evidence(acts.submit().comment_id).list_hits
    assert hit.field == "address"
    assert "ana@" not in hit.pattern


@pytest.fixture
def statements(acts: Acts) -> Iterator[list[str]]:
    """What the database is asked."""
    asked: list[str] = []

    def note(*given: object) -> None:
        asked.append(str(given[2]))

    event.listen(acts.store.engine, "before_cursor_execute", note)
    yield asked
    event.remove(acts.store.engine, "before_cursor_execute", note)


def test_long_past_is_asked_for_in_as_few_questions_as_a_short_one(
    acts: Acts, statements: list[str]
) -> None:
    first = acts.submit("See https://boots.example now.").comment_id
    statements.clear()
    acts.evidence(first)
    few = len(statements)
    for number in range(12):
        decided(
            acts, f"See https://boots.example {number}", S, email=f"e{number}@x.org"
        )
    statements.clear()
    acts.evidence(first)
    assert len(statements) <= few


def test_old_decisions_on_a_host_fade(acts: Acts) -> None:
    decided(acts, "See https://bad.example/a", S, email="x@example.org")
    acts.clock.advance(days=180)
    decided(acts, "See https://bad.example/b", S, email="y@example.org")
    made = acts.submit("See https://bad.example/c").comment_id
    tally = acts.evidence(made).host_tallies["bad.example"]
    assert (tally.spam, tally.faded_spam) == (2, 0.5)


def test_host_is_known_once_a_moderator_could_have_seen_it(acts: Acts) -> None:
    acts.say("One.", PUB, website="https://a.example", email="a@example.org")
    acts.say("Two.", H, website="https://b.example", email="b@example.org")
    decided(acts, "Three.", PUB, website="https://c.example", email="c@example.org")
    decided(acts, "Four.", S, website="https://d.example", email="d@example.org")
    words = "https://a.example https://b.example https://c.example https://d.example"
    made = acts.submit(words).comment_id
    assert acts.evidence(made).known_hosts == {"c.example"}
    acts.clock.advance(days=1)
    later = acts.submit(f"Later: {words}").comment_id
    assert acts.evidence(later).known_hosts == {"a.example", "c.example"}


def test_comment_does_not_make_its_own_host_known(acts: Acts) -> None:
    made = decided(acts, "One.", PUB, website="https://a.example")
    assert acts.evidence(made).known_hosts == frozenset()


def test_copy_is_of_another_writers_published_comment_of_any_age(acts: Acts) -> None:
    acts.say(FLOOD, PUB, email="bob@example.org", name="Bob")
    acts.say(FLOOD, H, email="cleo@example.org", name="Cleo")
    acts.say(f"{FLOOD} Bye.", PUB, email="dan@example.org", name="Dan", page="/b")
    acts.clock.advance(days=400)
    found = acts.evidence(acts.submit(FLOOD, name="Eve", page="/b").comment_id).alike
    assert (found.copied, found.copied_here, found.nearly_copied) == (1, 0, 1)
    assert (found.same, found.near) == (0, 0)


def test_own_words_again_are_no_copy(acts: Acts) -> None:
    acts.say(FLOOD, PUB, email="bob@example.org", name="Bob")
    again = acts.submit(FLOOD, email="other@example.org", name="bob", page="/b")
    assert acts.evidence(again.comment_id).alike.copied == 0
    same = acts.submit(FLOOD, email="bob@example.org", name="Robert", page="/b")
    assert acts.evidence(same.comment_id).alike.copied == 0


def test_near_ones_of_the_last_day_are_told_apart(acts: Acts) -> None:
    acts.say(f"{FLOOD} Ask for Bob.", S, email="bob@example.org")
    acts.clock.advance(hours=25)
    acts.say(f"{FLOOD} Ask for Eve.", S, email="eve@example.org")
    found = acts.evidence(acts.submit(f"{FLOOD} Ask for Ana.").comment_id).alike
    assert (found.near, found.near_today) == (2, 1)


def test_page_is_known_by_its_title_and_some_published_comments(acts: Acts) -> None:
    for number in range(5):
        acts.say(f"Words {number}.", PUB, title="On rye", page="/a")
    acts.say("Held words.", H, page="/a")
    acts.say("Words elsewhere.", PUB, page="/b")
    page = acts.evidence(acts.submit("New.", page="/a").comment_id).page
    assert page.title == "On rye"
    assert page.texts == ("Words 0.", "Words 1.", "Words 2.")
    assert acts.evidence(acts.submit("New.", page="/c").comment_id).page == Page()


def test_site_grows_up_by_published_comments_that_were_seen(acts: Acts) -> None:
    acts.say("Held.", H)
    decided(acts, "Spam.", S)
    decided(acts, "Decided.", PUB)
    acts.say("By the checks.", PUB)
    made = acts.submit("New.").comment_id
    assert acts.evidence(made).site_seen == 1
    acts.clock.advance(days=1)
    assert acts.evidence(acts.submit("Later.").comment_id).site_seen == 2
    there = other_site(acts)
    assert there.evidence(there.submit("New.").comment_id).site_seen == 0


def test_seen_comments_of_the_site_are_counted_to_twenty(acts: Acts) -> None:
    for number in range(21):
        acts.say(f"Words {number}.", PUB)
    acts.clock.advance(days=1)
    assert acts.evidence(acts.submit("New.").comment_id).site_seen == 20

"""The settings of a site in the browser."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from service.domain.policy import SitePolicy
from service.operations.moderators import ModeratorView, Role
from service.operations.site_changes import change_page
from service.operations.sites import SiteView, set_policy
from service.web.context import Context
from service.web.moderation.settings.forms import SECTIONS
from service.web.moderation.settings.words import LABELS, value_words
from tests.doubles import FrozenClock
from tests.queue_seeds import Seeds
from tests.web.moderation.settings.conftest import Join
from tests.web.moderation.settings.page import fields, section, text_of
from tests.web.moderation.visitor import Visitor

NowSite = Callable[[], SiteView]
ODD = SitePolicy(
    origins=("https://demo.example", "https://two.example"),
    query_keys=("p", "id"),
    mode="new",
    held_from=0.123456,
    spam_from=0.3333,
    required=("email",),
    edit_seconds=100,
    max_depth=0,
    close_after_days=7,
    budget=0.003,
    audit_share=1 / 3,
    checks={"links": "log", "hosts": "off"},
    origin_days=7,
    spam_days=90,
    trash_days=30,
    consent="My name and words are kept.",
    akismet_url="https://filter.example/foyer",
    akismet_address=True,
    custom_url="https://own.example:8443/check",
    custom_address=True,
)


def put(context: Context, site: SiteView, policy: SitePolicy) -> None:
    context.store.write(
        lambda s: set_policy(
            s, site.id, policy, changed_by="operator", now=context.clock()
        )
    )


def save(visitor: Visitor, key: str, **given: str) -> Any:
    data = section(visitor, key) | given
    return visitor.post("/settings/demo", data)


@pytest.mark.parametrize(
    ("key", "given", "change"),
    [
        (
            "pages",
            {"origins": "https://a.example\r\n\r\n http://B.example:80 "},
            {"origins": ("https://a.example", "http://b.example")},
        ),
        ("pages", {"query_keys": "p, id page"}, {"query_keys": ("p", "id", "page")}),
        ("moderation", {"mode": "all"}, {"mode": "all"}),
        (
            "moderation",
            {"held_from": "0.4", "spam_from": "0.9"},
            {"held_from": 0.4, "spam_from": 0.9},
        ),
        ("moderation", {"budget": "200"}, {"budget": 0.005}),
        ("moderation", {"audit_share": "12.5"}, {"audit_share": 0.125}),
        ("checks", {"mode_links": "log"}, {"checks": {"links": "log"}}),
        ("writers", {"edit_minutes": "1.5"}, {"edit_seconds": 90}),
        ("writers", {"max_depth": "3"}, {"max_depth": 3}),
        ("writers", {"close_after_days": "30"}, {"close_after_days": 30}),
        ("writers", {"consent": " Keep  my words. "}, {"consent": "Keep my words."}),
        ("retention", {"origin_days": "7"}, {"origin_days": 7}),
        ("checks", {"mode_akismet": "on"}, {"checks": {"akismet": "on"}}),
        (
            "outside",
            {"akismet_url": " https://Filter.example/ ", "akismet_address": "y"},
            {"akismet_url": "https://filter.example", "akismet_address": True},
        ),
        (
            "outside",
            {"custom_url": "https://own.example/check"},
            {"custom_url": "https://own.example/check"},
        ),
        (
            "retention",
            {"spam_days": "90", "trash_days": "30"},
            {"spam_days": 90, "trash_days": 30},
        ),
    ],
)
def test_every_setting_can_be_changed(  # noqa: PLR0917  # fixtures and a table
    owner: Visitor,
    ada: ModeratorView,
    context: Context,
    now_site: NowSite,
    key: str,
    given: dict[str, str],
    change: dict[str, Any],
) -> None:
    before = now_site()
    answer = save(owner, key, **given)
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/settings/demo?saved={key}#{key}"
    after = now_site()
    assert after.policy == replace(before.policy, **change)
    assert after.policy_version == 2
    page = context.store.read(lambda s: change_page(s, after.id))
    assert next(c.who for c in page.changes if c.version == 2) == ada.name
    assert "Saved." in owner.get(answer.headers["Location"]).text


def test_required_fields_are_ticked(owner: Visitor, now_site: NowSite) -> None:
    data = section(owner, "writers")
    assert data["require_name"] == data["require_email"] == "y"
    del data["require_name"]
    assert owner.post("/settings/demo", data).status_code == 303
    assert now_site().policy.required == ("email",)


def test_setting_can_be_emptied(
    owner: Visitor, context: Context, site: SiteView, now_site: NowSite
) -> None:
    put(context, site, ODD)
    assert save(owner, "pages", query_keys="", origins=" ").status_code == 303
    assert (now_site().policy.query_keys, now_site().policy.origins) == ((), ())


@pytest.mark.parametrize("policy", [SitePolicy(), ODD], ids=["default", "odd"])
def test_what_is_sent_as_it_was_shown_changes_nothing(
    owner: Visitor,
    context: Context,
    site: SiteView,
    now_site: NowSite,
    policy: SitePolicy,
) -> None:
    put(context, site, policy)
    before = now_site()
    for key in SECTIONS:
        assert save(owner, key).status_code == 303
    assert now_site() == before


@pytest.mark.parametrize(
    ("key", "given", "words"),
    [
        ("pages", {"origins": "demo.example"}, "is not an origin"),
        ("moderation", {"mode": "none"}, "Not a valid choice"),
        ("moderation", {"held_from": ""}, "Fill this in."),
        ("moderation", {"held_from": "much"}, "Write a number."),
        ("moderation", {"held_from": "nan"}, "Give a number from 0 to 1."),
        ("moderation", {"held_from": "0.96"}, "It must not be below held_from."),
        ("moderation", {"budget": "9"}, "Give a number from 10 to 1000."),
        ("moderation", {"audit_share": "101"}, "Give a number from 0 to 100."),
        ("checks", {"mode_links": "loud"}, "Not a valid choice"),
        ("writers", {"max_depth": "1.5"}, "Write a whole number."),
        ("writers", {"max_depth": "9" * 400}, "Give a number from 0 to 20."),
        ("retention", {"origin_days": "31"}, "Give a number from 1 to 30."),
        ("retention", {"seen": "7"}, "There is no such version"),
    ],
)
def test_mistake_is_named_at_its_field_and_nothing_is_saved(
    owner: Visitor, now_site: NowSite, key: str, given: dict[str, str], words: str
) -> None:
    answer = save(owner, key, **given)
    assert answer.status_code == 422
    assert words in text_of(answer.text)
    assert "Nothing was saved yet" in answer.text
    sent = fields(answer.text, f'name="section" value="{key}"')
    name, value = next(iter(given.items()))
    if name not in {"mode", "mode_links"}:
        assert sent[name] == value.strip(), "what was typed is still there"
    assert now_site().policy_version == 1


def test_two_who_change_the_same_are_shown_both_values(
    owner: Visitor, now_site: NowSite, app: Any, context: Context, join: Join
) -> None:
    bob = Visitor(app.test_client()).with_session(context, join("bob", Role.OWNER).id)
    mine = section(owner, "moderation") | {"mode": "new", "held_from": "0.4"}
    assert save(bob, "moderation", mode="all").status_code == 303
    answer = owner.post("/settings/demo", mine)
    assert answer.status_code == 409
    words = text_of(answer.text)
    assert "now: Everything waits ( Bob , March 1, 2026" in words
    assert "yours: Comments of new writers wait" in words
    assert now_site().policy.mode == "all"
    assert now_site().policy.held_from == 0.5
    again = fields(answer.text, 'name="section" value="moderation"')
    assert (again["mode"], again["held_from"], again["seen"]) == ("new", "0.4", "2")
    assert owner.post("/settings/demo", again).status_code == 303
    assert (now_site().policy.mode, now_site().policy.held_from) == ("new", 0.4)


def test_two_who_change_different_settings_both_succeed(
    owner: Visitor, now_site: NowSite
) -> None:
    mine = section(owner, "moderation") | {"held_from": "0.4"}
    assert save(owner, "moderation", mode="all").status_code == 303
    assert save(owner, "retention", spam_days="30").status_code == 303
    assert owner.post("/settings/demo", mine).status_code == 303
    policy = now_site().policy
    assert (policy.mode, policy.held_from, policy.spam_days) == ("all", 0.4, 30)


def test_name_is_changed_and_not_overwritten(owner: Visitor, now_site: NowSite) -> None:
    mine = section(owner, "name") | {"name": "Rye"}
    assert save(owner, "name", name="Bread <b>").status_code == 303
    answer = owner.post("/settings/demo", mine)
    assert answer.status_code == 409
    assert "now: Bread <b>" in text_of(answer.text)
    assert "Bread <b>" not in answer.text
    assert now_site().name == "Bread <b>"
    again = fields(answer.text, 'name="section" value="name"')
    assert owner.post("/settings/demo", again).status_code == 303
    assert now_site().name == "Rye"
    assert save(owner, "name", name="x" * 201).status_code == 422
    assert save(owner, "name", name="  ").status_code == 422


def test_moderator_sees_and_changes_nothing(
    moderator: Visitor, context: Context, site: SiteView, now_site: NowSite
) -> None:
    put(context, site, ODD)
    page = moderator.get("/settings/demo").text
    words = text_of(page)
    for name in LABELS:
        if name not in {"name", "checks"}:
            assert value_words(name, ODD) in words, name
    assert "links links in the text" in words
    assert 'name="section"' not in page
    data = {"section": "moderation", "seen": "2", "mode": "all"}
    data["csrf_token"] = fields(page, "csrf_token")["csrf_token"]
    assert moderator.post("/settings/demo", data).status_code == 403
    assert now_site().policy == ODD


def test_viewer_and_stranger_see_nothing(viewer: Visitor, visitor: Visitor) -> None:
    for part in ("", "/lists", "/threads", "/members", "/changes"):
        assert viewer.get(f"/settings/demo{part}").status_code == 403
        assert viewer.get(f"/settings/nowhere{part}").status_code == 404
        assert visitor.get(f"/settings/demo{part}").status_code == 303


def test_foreign_site_is_unknown(
    owner: Visitor, context: Context, clock: FrozenClock
) -> None:
    context.store.write(
        lambda s: Seeds(session=s, keyring=context.keyring, now=clock.now).site("far")
    )
    for part in ("", "/lists", "/threads", "/members", "/changes"):
        assert owner.get(f"/settings/far{part}").status_code == 404


@pytest.mark.parametrize("part", ["", "/lists", "/threads", "/members", "/changes"])
def test_page_is_sound(owner: Visitor, part: str) -> None:
    page = owner.get(f"/settings/demo{part}").text
    ids = re.findall(r'\bid="([^"]*)"', page)
    assert sorted(ids) == sorted(set(ids))
    for refers in ("for", "aria-describedby", "aria-labelledby"):
        for names in re.findall(rf'\b{refers}="([^"]*)"', page):
            assert names.split(), refers
            assert set(names.split()) <= set(ids)
    assert '"None"' not in page


def test_list_of_sites_says_what_one_may_do(
    owner: Visitor, moderator: Visitor, viewer: Visitor, visitor: Visitor
) -> None:
    assert 'href="/settings/demo"' in owner.get("/settings").text
    assert "demo demo Owner" in text_of(owner.get("/settings").text)
    assert "demo demo Moderator" in text_of(moderator.get("/settings").text)
    page = viewer.get("/settings").text
    assert "demo demo Viewer" in text_of(page)
    assert 'href="/settings/demo"' not in page
    assert visitor.get("/settings").status_code == 303


def test_unknown_section_is_refused(owner: Visitor) -> None:
    data = section(owner, "pages") | {"section": "cellar"}
    assert owner.post("/settings/demo", data).status_code == 422


def test_form_of_another_page_is_refused(owner: Visitor, now_site: NowSite) -> None:
    data = section(owner, "moderation") | {"mode": "all"}
    assert owner.post("/settings/demo", data | {"csrf_token": "x"}).status_code == 400
    crossed = owner.post("/settings/demo", data, **{"Sec-Fetch-Site": "cross-site"})
    assert crossed.status_code == 403
    assert now_site().policy_version == 1


def test_every_field_of_the_policy_stands_on_the_page() -> None:
    shown = {name for form in SECTIONS.values() for name in form.fields_of.values()}
    assert shown == set(SitePolicy.__dataclass_fields__)
    assert shown <= set(LABELS)


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        ("origins", {}, "none"),
        ("budget", {"budget": 1 / 3 / 100}, "1 in 300"),
        ("audit_share", {"audit_share": 0.055}, "5.5 %"),
        ("edit_seconds", {"edit_seconds": 0}, "never"),
        ("edit_seconds", {"edit_seconds": 60}, "1 minute"),
        ("edit_seconds", {"edit_seconds": 90}, "1.5 minutes"),
        ("spam_days", {"spam_days": 1}, "1 day"),
        ("trash_days", {}, "never"),
        ("required", {"required": ()}, "none"),
        ("consent", {}, "none"),
        ("consent", {"consent": "Keep it."}, "Keep it."),
        ("checks", {}, "as usual"),
        ("checks", {"checks": {"akismet": "on"}}, "akismet: on"),
        ("akismet_address", {}, "no"),
        ("custom_address", {"custom_address": True}, "yes"),
        ("custom_url", {}, "none"),
        ("akismet_url", {}, "https://rest.akismet.com"),
        ("checks", {"checks": {"links": "log"}}, "links: log"),
        ("held_from", {"held_from": 0.1 + 0.2}, "0.3"),
    ],
)
def test_values_in_words(name: str, change: dict[str, Any], words: str) -> None:
    assert value_words(name, SitePolicy(**change)) == words

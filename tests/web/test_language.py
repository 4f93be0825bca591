"""Texts of templates: HTML of our own, in which nothing of anybody else's is."""

import pytest
from flask import Flask, render_template_string

from service.web import language

APP = Flask("service.web")
language.register(APP)


def shown(template: str, tag: str = "en", **given: object) -> str:
    with APP.test_request_context(headers={"Accept-Language": tag}):
        return render_template_string(template, **given)


@pytest.mark.parametrize(
    "template",
    [
        '{{ _("Tick the comment by %(name)s", name=name) }}',
        "{% trans name=name %}Tick the comment by {{ name }}{% endtrans %}",
        '{{ ngettext("%(num)s of %(name)s", "%(num)s of %(name)s", 2, name=name) }}',
    ],
)
def test_what_is_filled_in_is_escaped(template: str) -> None:
    said = shown(template, name="<b>& Ada")
    assert "&lt;b&gt;&amp; Ada" in said
    assert "<b>" not in said


def test_tags_of_a_text_itself_are_tags() -> None:
    template = "{% trans n=n %}<strong>{{ n }}</strong> likely spam{% endtrans %}"
    assert shown(template, n="<9>") == "<strong>&lt;9&gt;</strong> likely spam"


def test_texts_are_said_in_the_language_of_the_page() -> None:
    template = '{{ _("Website") }} {{ _("%(who)s published it.", who="Ada") }}'
    english, german = shown(template), shown(template, "de")
    assert english == "Website Ada published it."
    assert german not in {english, ""}
    assert shown(template) == english


def test_percents_are_percents_with_and_without_something_filled_in() -> None:
    assert shown('{{ _("100 %%") }}') == "100 %"
    assert shown('{{ _("%(n)s %%", n=5) }}') == "5 %"
    assert shown("{% trans %}100 %{% endtrans %}") == "100 %"


def test_markup_that_is_filled_in_stays_markup() -> None:
    macro = "{% macro b(t) %}<bdi>{{ t }}</bdi>{% endmacro %}"
    template = macro + '{{ _("on %(site)s", site=b(n)) }}'
    assert shown(template, n="<x>") == "on <bdi>&lt;x&gt;</bdi>"

"""The form for keys of checks that ask outside, and what is shown of them."""

from typing import Any, ClassVar

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, PasswordField, SelectField

from service.domain.outside import OUTSIDE_NAMES
from service.operations.outside.secrets import secrets_since
from service.operations.sites import SiteView
from service.web.context import here, read
from service.web.language import mark
from service.web.moderation.shown import shown_time


class SecretForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """A key for a check, or that it is to be taken away; no page ever shows it."""

    key: ClassVar[str] = "secrets"

    section = HiddenField()
    check = SelectField(mark("Check"), choices={name: name for name in OUTSIDE_NAMES})
    # A password field is never filled by what was sent.
    secret = PasswordField(mark("Key or secret"))
    forget = BooleanField(mark("Take the present one away"))


def key_rows(site: SiteView) -> list[dict[str, Any]]:
    """For each check whether a key is set, and since when."""
    since = read(lambda s: secrets_since(s, site.id))
    now = here().clock()
    return [
        {
            "check": check,
            "since": shown_time(since[check], now) if check in since else None,
        }
        for check in OUTSIDE_NAMES
    ]

"""What owners send from the settings of a site, a form for each section.

A form shows the policy in units that people use (minutes, per cent, 1 in so many), and
gives back fields of `SitePolicy`. What is sent as it was shown is no change, so that
rounding changes nothing.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from flask_wtf import FlaskForm
from typing_extensions import override
from wtforms import (
    BooleanField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
)
from wtforms.validators import InputRequired, NumberRange
from wtforms.widgets import HiddenInput

from service.domain.check_names import CHECK_NAMES, FIXED
from service.domain.policy import (
    MAX_DEPTH,
    MAX_KEPT_DAYS,
    MAX_ORIGIN_DAYS,
    SitePolicy,
)
from service.web.language import gettext, mark
from service.web.moderation.settings.fields import (
    Decimal,
    Lines,
    Whole,
    Words,
    between,
    filled,
)
from service.web.moderation.settings.words import (
    CHECK_MODES,
    LABELS,
    MODES,
    REQUIRED,
    number_words,
)

CHECKS = tuple(name for name in CHECK_NAMES if name not in FIXED)
"""Checks that have a mode of their own."""

_MAX_VERSION = 2**31 - 1
_MAX_MINUTES = 30 * 24 * 60
_MAX_DAYS = 36_500


def _one_line(text: str | None) -> str:
    return " ".join((text or "").split())


class SectionForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """A section of the policy."""

    key: ClassVar[str] = ""
    """What the section is called in the address and in the form."""
    title: ClassVar[str] = ""
    fields_of: ClassVar[Mapping[str, str]] = {}
    """Field of the policy by field of the form."""

    section = HiddenField()
    seen = IntegerField(
        widget=HiddenInput(), validators=[InputRequired(), NumberRange(1, _MAX_VERSION)]
    )

    @classmethod
    def shown(cls, policy: SitePolicy) -> dict[str, Any]:
        """Values of the form's fields for this policy."""
        return {mine: getattr(policy, theirs) for mine, theirs in cls.fields_of.items()}

    @classmethod
    def of(cls, policy: SitePolicy, version: int, **given: Any) -> "SectionForm":
        """The form filled by a policy.

        :param given: values to show instead.
        """
        data = {**cls.shown(policy), **given, "section": cls.key, "seen": version}
        made: SectionForm = cls(formdata=None, data=data)
        return made

    def entered(self, base: SitePolicy) -> dict[str, Any]:
        """The form's fields that are not as they were shown."""
        shown = self.shown(base)
        return {
            name: self[name].data
            for name in shown
            if not _alike(self[name].data, shown[name])
        }

    def change(self, base: SitePolicy) -> dict[str, Any]:
        """The fields of the policy that are to change, with their values."""
        return {
            self.fields_of[name]: self.meant(name, value)
            for name, value in self.entered(base).items()
        }

    def meant(self, name: str, value: Any) -> Any:  # noqa: ARG002  # others do by name
        """The policy's value for what was entered in this field."""
        return value

    def explain(self, errors: Mapping[str, list[str]]) -> None:
        """Show each mistake that the policy names at the field it is about."""
        for name, messages in errors.items():
            mine = next((m for m, t in self.fields_of.items() if t == name), "")
            target = self[mine] if mine else self.seen
            target.errors = [*target.errors, *(gettext(text) for text in messages)]


def _stripped(text: str | None) -> str:
    return (text or "").strip()


def _alike(one: Any, other: Any) -> bool:
    if isinstance(one, float) or isinstance(other, float):
        return one is not None and number_words(one) == number_words(other)
    return bool(one == other)


class NameForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """What the site is called."""

    key: ClassVar[str] = "name"

    section = HiddenField()
    seen_name = HiddenField()
    name = StringField(LABELS["name"], [filled])


class PagesForm(SectionForm):
    """Which pages are those of the site."""

    key = "pages"
    title = mark("Pages")
    fields_of: ClassVar = {name: name for name in ("origins", "query_keys")}

    origins = Lines(LABELS["origins"])
    query_keys = Words(LABELS["query_keys"])


class ModerationForm(SectionForm):
    """What waits, and what is called spam."""

    key = "moderation"
    title = mark("Moderation")
    fields_of: ClassVar = {
        name: name
        for name in ("mode", "held_from", "spam_from", "budget", "audit_share")
    }

    mode = RadioField(LABELS["mode"], choices=dict(MODES))
    held_from = Decimal(LABELS["held_from"], [filled, between(0, 1)])
    spam_from = Decimal(LABELS["spam_from"], [filled, between(0, 1)])
    budget = Whole(LABELS["budget"], [filled, between(10, 1000)])
    audit_share = Decimal(LABELS["audit_share"], [filled, between(0, 100)])

    @classmethod
    @override
    def shown(cls, policy: SitePolicy) -> dict[str, Any]:
        """Values of the form's fields for this policy."""
        return {
            **super().shown(policy),
            "budget": round(1 / policy.budget),
            "audit_share": round(100 * policy.audit_share, 6),
        }

    @override
    def meant(self, name: str, value: Any) -> Any:
        """The policy's value for what was entered in this field."""
        if name == "budget":
            return 1 / value
        return value / 100 if name == "audit_share" else value


class WritersForm(SectionForm):
    """What writers must give, and may do."""

    key = "writers"
    title = mark("Writers and threads")
    fields_of: ClassVar = {
        "require_name": "required",
        "require_email": "required",
        "edit_minutes": "edit_seconds",
        "max_depth": "max_depth",
        "close_after_days": "close_after_days",
        "consent": "consent",
    }

    require_name = BooleanField(REQUIRED["name"])
    require_email = BooleanField(REQUIRED["email"])
    edit_minutes = Decimal(LABELS["edit_seconds"], [filled, between(0, _MAX_MINUTES)])
    max_depth = Whole(LABELS["max_depth"], [filled, between(0, MAX_DEPTH)])
    close_after_days = Whole(
        LABELS["close_after_days"], [filled, between(0, _MAX_DAYS)]
    )
    consent = StringField(LABELS["consent"], filters=[_one_line])

    @classmethod
    @override
    def shown(cls, policy: SitePolicy) -> dict[str, Any]:
        """Values of the form's fields for this policy."""
        return {
            **super().shown(policy),
            "require_name": "name" in policy.required,
            "require_email": "email" in policy.required,
            "edit_minutes": policy.edit_seconds / 60,
        }

    @override
    def meant(self, name: str, value: Any) -> Any:
        """The policy's value for what was entered in this field."""
        if name.startswith("require_"):
            asked = {"name": self.require_name, "email": self.require_email}
            return tuple(each for each, field in asked.items() if field.data)
        return round(value * 60) if name == "edit_minutes" else value


class RetentionForm(SectionForm):
    """How long things are kept."""

    key = "retention"
    title = mark("How long things are kept")
    fields_of: ClassVar = {
        name: name for name in ("origin_days", "spam_days", "trash_days")
    }

    origin_days = Whole(LABELS["origin_days"], [filled, between(1, MAX_ORIGIN_DAYS)])
    spam_days = Whole(LABELS["spam_days"], [filled, between(0, MAX_KEPT_DAYS)])
    trash_days = Whole(LABELS["trash_days"], [filled, between(0, MAX_KEPT_DAYS)])


class OutsideForm(SectionForm):
    """Whom checks ask outside, and what those are told."""

    key = "outside"
    title = mark("Checks that ask outside")
    fields_of: ClassVar = {
        name: name
        for name in ("akismet_url", "akismet_address", "custom_url", "custom_address")
    }

    akismet_url = StringField(LABELS["akismet_url"], filters=[_stripped])
    akismet_address = BooleanField(LABELS["akismet_address"])
    custom_url = StringField(LABELS["custom_url"], filters=[_stripped])
    custom_address = BooleanField(LABELS["custom_address"])


class ChecksForm(SectionForm):
    """Whether each check acts."""

    key = "checks"
    title = mark("Checks")
    fields_of: ClassVar = {f"mode_{name}": "checks" for name in CHECKS}

    @classmethod
    @override
    def shown(cls, policy: SitePolicy) -> dict[str, Any]:
        """Values of the form's fields for this policy."""
        return {f"mode_{name}": policy.check_mode(name) for name in CHECKS}

    @override
    def change(self, base: SitePolicy) -> dict[str, Any]:
        """The fields of the policy that are to change, with their values."""
        entered = self.entered(base)
        modes = {name.removeprefix("mode_"): mode for name, mode in entered.items()}
        return {"checks": {**base.checks, **modes}} if modes else {}


for _name in CHECKS:
    _field = SelectField(_name, choices=dict(CHECK_MODES))
    setattr(ChecksForm, f"mode_{_name}", _field)

SECTIONS: Mapping[str, type[SectionForm]] = {
    form.key: form
    for form in (
        *(PagesForm, ModerationForm, ChecksForm, OutsideForm, WritersForm),
        RetentionForm,
    )
}

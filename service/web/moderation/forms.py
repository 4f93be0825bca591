"""What moderators send."""

import re
from collections.abc import Sequence

from flask_wtf import FlaskForm
from wtforms import HiddenField, IntegerField, PasswordField, StringField
from wtforms.validators import AnyOf, DataRequired, InputRequired, Length, NumberRange
from wtforms.validators import Optional as MayBeEmpty

from service.domain.errors import InvalidInput
from service.domain.status import Status
from service.domain.submission import MAX_EMAIL_CHARS
from service.operations.decide_many import Seen
from service.operations.passwords import MAX_CHARS
from service.operations.queue import DECISIONS, MAX_ROW_ID, Tab

_TOO_LONG = Length(max=MAX_CHARS, message=f"Use at most {MAX_CHARS} characters.")
_MAX_VERSION = 2**31 - 1
_TICKED = re.compile(r"([A-Za-z0-9][A-Za-z0-9_-]{21}):([1-9][0-9]{0,8})")


class SignInForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """Address and password."""

    email = StringField(
        "E-mail address",
        [DataRequired("Enter your e-mail address."), Length(max=MAX_EMAIL_CHARS)],
    )
    password = PasswordField(
        "Password", [InputRequired("Enter your password."), _TOO_LONG]
    )
    next = HiddenField()


class ButtonForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """A button and nothing else."""


class PasswordForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """A new password, and the old one where there is one."""

    old = PasswordField("Present password", [MayBeEmpty(), _TOO_LONG])
    password = PasswordField(
        "New password", [InputRequired("Enter a new password."), _TOO_LONG]
    )


class BackForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """The view to go back to."""

    tab = StringField(validators=[AnyOf(["", *(tab.value for tab in Tab)])], default="")
    site = StringField(validators=[Length(max=64)], default="")
    after = IntegerField(validators=[MayBeEmpty(), NumberRange(0, MAX_ROW_ID)])


class ViewForm(BackForm):
    """What is done to one comment as it was seen, and the view to go back to."""

    seen = IntegerField(validators=[InputRequired(), NumberRange(1, _MAX_VERSION)])


class _Deciding(BackForm):
    """A decision."""

    decision = StringField(validators=[AnyOf([status.value for status in DECISIONS])])

    def decided(self) -> Status:
        """The state the moderator wants."""
        return Status(str(self.decision.data))


class DecisionForm(_Deciding, ViewForm):
    """A decision on one comment."""


class ManyForm(_Deciding):
    """A decision on the comments that are ticked, each as it was seen."""

    def seen(self, values: Sequence[str]) -> list[Seen]:
        """The ticked comments.

        :param values: ``<public id>:<version>`` of each.
        :raises InvalidInput: naming ``comment``, for anything else.
        """
        found = [_TICKED.fullmatch(value) for value in values]
        if not all(found):
            raise InvalidInput({"comment": ["Load the page again."]})
        return [Seen(each[1], int(each[2])) for each in found if each]


class AlikeForm(_Deciding):
    """A decision on a flood as it was seen."""

    seen = StringField(validators=[InputRequired(), Length(max=60)])


class UndoForm(BackForm):
    """A decision to take back."""

    batch = StringField(validators=[InputRequired(), Length(max=22)])

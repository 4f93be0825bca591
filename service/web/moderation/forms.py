"""What moderators send."""

from flask_wtf import FlaskForm
from wtforms import HiddenField, IntegerField, PasswordField, StringField
from wtforms.validators import AnyOf, DataRequired, InputRequired, Length, NumberRange
from wtforms.validators import Optional as MayBeEmpty

from service.domain.status import Status
from service.domain.submission import MAX_EMAIL_CHARS
from service.operations.passwords import MAX_CHARS
from service.operations.queue import DECISIONS, MAX_ROW_ID, Tab

_TOO_LONG = Length(max=MAX_CHARS, message=f"Use at most {MAX_CHARS} characters.")
_MAX_VERSION = 2**31 - 1


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


class ViewForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """What is done to one comment as it was seen, and the view to go back to."""

    seen = IntegerField(validators=[InputRequired(), NumberRange(1, _MAX_VERSION)])
    tab = StringField(validators=[AnyOf(["", *(tab.value for tab in Tab)])], default="")
    site = StringField(validators=[Length(max=64)], default="")
    after = IntegerField(validators=[MayBeEmpty(), NumberRange(0, MAX_ROW_ID)])


class DecisionForm(ViewForm):
    """A decision on one comment."""

    decision = StringField(validators=[AnyOf([status.value for status in DECISIONS])])

    def decided(self) -> Status:
        """The state the moderator wants."""
        return Status(str(self.decision.data))

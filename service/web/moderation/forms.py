"""What moderators send."""

from flask_wtf import FlaskForm
from wtforms import (
    HiddenField,
    IntegerField,
    PasswordField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import AnyOf, DataRequired, InputRequired, Length, NumberRange
from wtforms.validators import Optional as MayBeEmpty

from service.domain.status import Status
from service.domain.submission import MAX_COMMENT_CHARS, MAX_EMAIL_CHARS
from service.operations.passwords import MAX_CHARS
from service.operations.queue import DECISIONS, MAX_ROW_ID, Tab
from service.text.border import clean_text
from service.text.plain import is_blank
from service.web.language import gettext, mark
from service.web.moderation.words import number_words

_TOO_LONG = Length(max=MAX_CHARS, message=f"Use at most {MAX_CHARS} characters.")
_MAX_VERSION = 2**31 - 1


class SignInForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """Address and password."""

    email = StringField(
        mark("E-mail address"),
        [DataRequired(mark("Enter your e-mail address.")), Length(max=MAX_EMAIL_CHARS)],
    )
    password = PasswordField(
        mark("Password"), [InputRequired(mark("Enter your password.")), _TOO_LONG]
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


class WriteForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """What a moderator writes, about a comment as it was seen."""

    seen = IntegerField(validators=[InputRequired(), NumberRange(1, _MAX_VERSION)])
    text = TextAreaField()

    def validate_text(self, field: TextAreaField) -> None:
        """Refuse what readers would not see, or what no reader may send either."""
        text = clean_text(field.data or "")
        if is_blank(text):
            raise ValidationError(gettext("Write something."))
        if len(text) > MAX_COMMENT_CHARS:
            most = number_words(MAX_COMMENT_CHARS)
            raise ValidationError(
                gettext("At most %(most)s characters, please.", most=most)
            )


class DecisionForm(ViewForm):
    """A decision on one comment."""

    decision = StringField(validators=[AnyOf([status.value for status in DECISIONS])])

    def decided(self) -> Status:
        """The state the moderator wants."""
        return Status(str(self.decision.data))

"""What moderators send to sign in, and from their account."""

from flask_wtf import FlaskForm
from typing_extensions import override
from wtforms import Field, HiddenField, IntegerField, PasswordField, StringField
from wtforms.validators import (
    AnyOf,
    DataRequired,
    InputRequired,
    Length,
    ValidationError,
)
from wtforms.validators import Optional as MayBeEmpty

from service.domain.submission import MAX_EMAIL_CHARS
from service.operations.api_tokens import MAX_NAME_CHARS, Scope
from service.operations.passwords import MAX_CHARS
from service.operations.second_factor import MAX_CODE_CHARS
from service.web.language import LANGUAGES, gettext, mark

PASSWORD_PROBLEMS = (
    mark("Use at least 12 characters; a sentence is fine."),
    mark("Use at most 256 characters."),
    mark("This is one of the first passwords anyone would try. Choose another."),
)
"""What `service.operations.passwords` may say of a password."""
TOKEN_PROBLEMS = (
    mark("Give a name of 1-60 characters."),
    mark("Give 1-3650 days, or nothing."),
    mark("There are 50 tokens already; revoke some first."),
)
"""What `service.operations.api_tokens` may say of a wish."""

_TOO_LONG = Length(max=MAX_CHARS, message=PASSWORD_PROBLEMS[1])


class SpokenForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """A form whose labels and problems are said in the page's language."""

    def __init__(self, **given: object) -> None:
        super().__init__(**given)
        for field in self:
            field.label.text = gettext(field.label.text)

    @override
    def validate(self, extra_validators: object = None) -> bool:
        """True if all is as it should be; else each field has its problems."""
        is_good: bool = super().validate(extra_validators)
        for field in self:
            say(field, field.errors)
        return is_good


def say(field: Field, problems: object) -> None:
    """Put problems at a field, in the page's language."""
    texts = problems if isinstance(problems, list | tuple) else ()
    field.errors = [gettext(str(text)) for text in texts]


class SignInForm(SpokenForm):
    """Address and password."""

    email = StringField(
        mark("E-mail address"),
        [DataRequired(mark("Enter your e-mail address.")), Length(max=MAX_EMAIL_CHARS)],
    )
    password = PasswordField(
        mark("Password"), [InputRequired(mark("Enter your password.")), _TOO_LONG]
    )
    next = HiddenField()


class CodeForm(SpokenForm):
    """A code of the phone, or one for recovery."""

    code = StringField(
        mark("Code"),
        [
            InputRequired(mark("Enter the code.")),
            Length(max=MAX_CODE_CHARS, message=mark("This is no code.")),
        ],
    )
    next = HiddenField()

    def given(self) -> str:
        """The code as it was typed."""
        return str(self.code.data)


class PasswordForm(SpokenForm):
    """A new password, and the old one where there is one."""

    old = PasswordField(mark("Present password"), [MayBeEmpty(), _TOO_LONG])
    password = PasswordField(
        mark("New password"), [InputRequired(mark("Enter a new password.")), _TOO_LONG]
    )


class OldPasswordForm(SpokenForm):
    """The present password, where there is one."""

    old = PasswordField(mark("Present password"), [MayBeEmpty(), _TOO_LONG])


class SwitchOffForm(CodeForm):
    """The present password where there is one, and a code."""

    old = PasswordField(mark("Present password"), [MayBeEmpty(), _TOO_LONG])


class LanguageForm(SpokenForm):
    """The language in which pages speak; empty for the browser's own."""

    language = StringField(mark("Language"))

    def validate_language(self, field: Field) -> None:
        """Take those that there are texts in.

        :raises ValidationError: for any other.
        """
        if field.data not in {"", *LANGUAGES}:
            raise ValidationError(mark("Choose one of those that are offered."))


class TokenForm(SpokenForm):
    """A wish for an API token."""

    name = StringField(
        mark("What is it for?"),
        [
            DataRequired(mark("Give it a name.")),
            Length(max=MAX_NAME_CHARS, message=TOKEN_PROBLEMS[0]),
        ],
    )
    scope = StringField(
        mark("What may it do?"),
        [AnyOf([s.value for s in Scope], mark("Choose what it may do."))],
        default=Scope.READ.value,
    )
    days = IntegerField(mark("Days until it is over"), [MayBeEmpty()])

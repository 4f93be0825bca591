"""What moderators send."""

import re
from collections.abc import Sequence

from flask_wtf import FlaskForm
from wtforms import IntegerField, StringField, TextAreaField
from wtforms.validators import (
    AnyOf,
    DataRequired,
    InputRequired,
    Length,
    NumberRange,
    ValidationError,
)

from service.domain.errors import InvalidInput, Unknown
from service.domain.status import Status
from service.domain.submission import MAX_COMMENT_CHARS
from service.operations.decide_many import Seen
from service.operations.queue import DECISIONS
from service.text.border import clean_text
from service.text.plain import is_blank
from service.web import formats
from service.web.language import gettext, mark
from service.web.moderation.view import view_of_query

_MAX_VERSION = 2**31 - 1
_TICKED = re.compile(r"([A-Za-z0-9][A-Za-z0-9_-]{21}):([1-9][0-9]{0,8})")


class ButtonForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """A button and nothing else."""


class FromViewForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """Anything that leads back to the view that it was sent from."""

    view = StringField()
    """The view as text; missing on the page of one comment."""

    def validate_view(self, field: StringField) -> None:
        """Refuse what is no view, before anything is done.

        :raises ValidationError: saying what is wrong.
        """
        try:
            view_of_query(field.data or "")
        except InvalidInput as err:
            said = " ".join(text for texts in err.errors.values() for text in texts)
            raise ValidationError(said) from None
        except Unknown as err:
            raise ValidationError(str(err)) from None


class ViewForm(FromViewForm):
    """What is done to one comment as it was seen, and the view to go back to."""

    seen = IntegerField(validators=[InputRequired(), NumberRange(1, _MAX_VERSION)])


class SearchForm(FromViewForm):
    """Words, or one e-mail address, to be looked for in the view."""

    q = StringField(default="")


class SaveViewForm(FromViewForm):
    """A name for the view."""

    name = StringField(
        validators=[
            DataRequired(mark("Give the view a name.")),
            Length(max=60, message=mark("Use at most 60 characters.")),
        ]
    )


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
            most = formats.number(MAX_COMMENT_CHARS)
            raise ValidationError(
                gettext("At most %(most)s characters, please.", most=most)
            )


class _Deciding(FromViewForm):
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


class UndoForm(FromViewForm):
    """A decision to take back."""

    batch = StringField(validators=[InputRequired(), Length(max=22)])

"""What moderators send."""

from flask_wtf import FlaskForm
from wtforms import IntegerField, StringField
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
from service.operations.queue import DECISIONS
from service.web.language import mark
from service.web.moderation.view import view_of_query

_MAX_VERSION = 2**31 - 1


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


class DecisionForm(ViewForm):
    """A decision on one comment."""

    decision = StringField(validators=[AnyOf([status.value for status in DECISIONS])])

    def decided(self) -> Status:
        """The state the moderator wants."""
        return Status(str(self.decision.data))

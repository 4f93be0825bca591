"""What moderators send."""

from flask_wtf import FlaskForm
from wtforms import IntegerField, StringField
from wtforms.validators import AnyOf, InputRequired, Length, NumberRange
from wtforms.validators import Optional as MayBeEmpty

from service.domain.status import Status
from service.operations.queue import DECISIONS, MAX_ROW_ID, Tab

_MAX_VERSION = 2**31 - 1


class ButtonForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """A button and nothing else."""


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

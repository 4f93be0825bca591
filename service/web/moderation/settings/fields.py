"""Kinds of fields in settings forms, whose complaints are in the page's language."""

import re
from collections.abc import Callable
from typing import Any

from typing_extensions import override
from wtforms import Field, FloatField, IntegerField, StringField, TextAreaField
from wtforms.validators import StopValidation, ValidationError

from service.web.language import gettext
from service.web.moderation.settings.words import number_words

_BETWEEN = re.compile(r"[\s,]+")


class Whole(IntegerField):
    """A whole number."""

    @override
    def process_formdata(self, valuelist: list[Any]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(gettext("Write a whole number.")) from None


class Decimal(FloatField):
    """A number, maybe with decimals."""

    @override
    def process_formdata(self, valuelist: list[Any]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(gettext("Write a number.")) from None

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else number_words(self.data)


class Lines(TextAreaField):
    """Texts, one a line, as a tuple."""

    data: Any

    @override
    def process_formdata(self, valuelist: list[Any]) -> None:
        lines = str(valuelist[0]).splitlines() if valuelist else []
        self.data = tuple(line.strip() for line in lines if line.strip())

    def _value(self) -> str:
        return "\n".join(self.data or ())


class Words(StringField):
    """Words with spaces or commas between, as a tuple."""

    data: Any

    @override
    def process_formdata(self, valuelist: list[Any]) -> None:
        text = str(valuelist[0]) if valuelist else ""
        self.data = tuple(word for word in _BETWEEN.split(text) if word)

    def _value(self) -> str:
        return " ".join(self.data or ())


def filled(_form: object, field: Field) -> None:
    """Validator: there is something in the field."""
    if not field.raw_data or not str(field.raw_data[0]).strip():
        raise StopValidation(gettext("Fill this in."))


def between(low: float, high: float) -> Callable[[object, Field], None]:
    """Validator: the number is neither below ``low`` nor above ``high``."""

    def check(_form: object, field: Field) -> None:
        if field.data is not None and not low <= field.data <= high:
            raise ValidationError(
                gettext(
                    "Give a number from %(low)s to %(high)s.",
                    low=f"{low:g}",
                    high=f"{high:g}",
                )
            )

    return check

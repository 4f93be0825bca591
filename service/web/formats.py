"""Numbers, days and spans of time as they are written in the page's language."""

from datetime import date, timedelta

from babel.dates import format_skeleton, format_timedelta
from babel.numbers import format_decimal, format_percent

from service.domain.periods import Span
from service.web.language import gettext, language


def number(value: float) -> str:
    """A number with its groups, such as ``1,320``."""
    return format_decimal(value, locale=language())


def percent(share: float) -> str:
    """A share, 0.0-1.0, as percents, with as many places as it takes to see it."""
    is_close = 0 < share < 0.01 or 0.99 < share < 1  # noqa: PLR2004  # to an end
    shown = round(share, 4 if is_close else 2)
    return format_percent(shown, locale=language(), decimal_quantization=False)


def short_day(day: date) -> str:
    """A day without its year, such as ``Mar 1``."""
    return format_skeleton("MMMd", day, locale=language())


def long_day(day: date) -> str:
    """A day with its year, such as ``Mar 1, 2026``."""
    return format_skeleton("yMMMd", day, locale=language())


def span_of_days(span: Span) -> str:
    """A day, or the first and the last of several."""
    if span.days == 1:
        return long_day(span.first)
    return gettext(
        "%(first)s to %(last)s",
        first=long_day(span.first),
        last=long_day(span.last),
    )


def about(time: timedelta) -> str:
    """A span of time in its largest unit, such as ``3 hours``."""
    return format_timedelta(time, threshold=1.5, locale=language())

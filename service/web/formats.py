"""Numbers, days and spans of time as they are written in the page's language.

Babel takes 20 to 100 microseconds to write a number, and a page of the queue has
hundreds, most of which are written again and again: the last ones are kept.
"""

from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache

from babel import Locale
from babel.dates import (
    format_date,
    format_datetime,
    format_skeleton,
    format_time,
    format_timedelta,
)
from babel.numbers import format_decimal, format_percent
from babel.units import format_unit

from service.domain.periods import Span
from service.web.language import gettext, language

_KEPT = 4_096
_PLUS, _MINUS = "+0.0", "\N{MINUS SIGN}0.0"
_WHOLE_PERCENT = "#,##0\N{NO-BREAK SPACE}%"


@cache
def _locale(tag: str) -> Locale:
    return Locale.parse(tag)


@lru_cache(_KEPT)
def _decimal(tag: str, value: float, pattern: str | None = None) -> str:
    return format_decimal(value, pattern, _locale(tag))


@lru_cache(_KEPT)
def _percent(tag: str, share: float, pattern: str | None = None) -> str:
    return format_percent(share, pattern, _locale(tag), decimal_quantization=False)


@lru_cache(_KEPT)
def _units(tag: str, count: int, unit: str) -> str:
    return format_unit(count, f"duration-{unit}", "long", locale=_locale(tag))


@lru_cache(_KEPT)
def _ago(tag: str, seconds: int) -> str:
    past = timedelta(seconds=-seconds)
    return format_timedelta(past, threshold=1, add_direction=True, locale=_locale(tag))


@lru_cache(_KEPT)
def _moment(tag: str, at: datetime) -> str:
    return format_datetime(at, "long", tzinfo=UTC, locale=_locale(tag))


def number(value: float) -> str:
    """A number with its groups, such as ``1,320``."""
    return _decimal(language(), value)


def signed(value: float) -> str:
    """A number with its sign and one decimal, such as ``+1.5``."""
    # Apart from its size: what is kept for 0.0 is kept for -0.0, which is the same.
    pattern = _MINUS if value < 0 else _PLUS
    return _decimal(language(), round(abs(value), 1), pattern)


def percent(share: float) -> str:
    """A share, 0.0-1.0, as percents, with as many places as it takes to see it."""
    is_close = 0 < share < 0.01 or 0.99 < share < 1  # noqa: PLR2004  # to an end
    return _percent(language(), round(share, 4 if is_close else 2))


def whole_percent(share: float) -> str:
    """A share, 0.0-1.0, in whole percents, such as ``86 %``."""
    return _percent(language(), round(share, 2), _WHOLE_PERCENT)


def moment(at: datetime) -> str:
    """A moment in full, to the second, in UTC."""
    return _moment(language(), at.replace(microsecond=0))


def short_day(day: date) -> str:
    """A day without its year, such as ``Mar 1``."""
    return format_skeleton("MMMd", day, locale=_locale(language()))


def long_day(day: date) -> str:
    """A day with its year, such as ``Mar 1, 2026``."""
    return format_skeleton("yMMMd", day, locale=_locale(language()))


def short_moment(at: datetime) -> str:
    """A day and the time on it, which is that of no reader in particular: UTC."""
    locale = _locale(language())
    day = format_date(at, locale=locale)
    time = format_time(at, "short", UTC, locale)
    return f"{day}, {time} UTC"


def span_of_days(span: Span) -> str:
    """A day, or the first and the last of several."""
    if span.days == 1:
        return long_day(span.first)
    return gettext(
        "%(first)s to %(last)s",
        first=long_day(span.first),
        last=long_day(span.last),
    )


def units(count: int, unit: str) -> str:
    """So many of a unit of time, such as ``3 hours``.

    :param unit: ``day``, ``hour`` or ``minute``.
    """
    return _units(language(), count, unit)


def ago(seconds: int) -> str:
    """How long ago something was, such as ``3 hours ago``."""
    return _ago(language(), seconds)


def about(time: timedelta) -> str:
    """A span of time in its largest unit, such as ``3 hours``."""
    return format_timedelta(time, threshold=1.5, locale=_locale(language()))

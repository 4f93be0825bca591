"""The "Leave a Reply" form: the one place that validates a submission."""

from collections.abc import Mapping, MutableMapping
from typing import Any, ClassVar, TypeVar, cast

from typing_extensions import override
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, Form, StringField, TextAreaField, ValidationError
from wtforms.fields.core import Field, UnboundField
from wtforms.form import BaseForm
from wtforms.meta import DefaultMeta
from wtforms.validators import Length, Optional

from service.domain.errors import InvalidInput
from service.domain.ids import is_public_id
from service.domain.pages import page_key
from service.domain.policy import SitePolicy
from service.domain.submission import (
    MAX_COMMENT_CHARS,
    MAX_NAME_CHARS,
    MAX_TITLE_CHARS,
    MAX_WEBSITE_CHARS,
    Submission,
)
from service.privacy.address import BadAddress, parse_address
from service.text.border import clean_line, clean_text
from service.text.plain import is_blank
from service.web.language import mark
from service.web.public.mistake_words import NO_PARENT, TOO_LONG
from service.web.public.websites import clean_website

_FieldT = TypeVar("_FieldT", bound=Field)

TRAP = "remarks"
"""A field that people do not see; browsers have no habit of filling one so called."""

SUBMISSION_FIELDS: Mapping[str, bool] = {
    "page": False,
    "comment": False,
    "name": False,
    "email": False,
    "website": False,
    "parent": False,
    "title": False,
    "notify": True,
    "consent": True,
    "return_to": False,
    "token": False,
    "writer_token": False,
    TRAP: False,
}
"""Every field that is read, and whether it is a switch."""

_MISSING = {
    "comment": mark("Write something."),
    "name": mark("Please give a name."),
    "email": mark("Please give an e-mail address. It will not be published."),
    "page": mark("Say which page the comment belongs to."),
    "consent": mark("Please tick this box."),
}


def _line(text: str | None) -> str:
    return clean_line(text) if text else ""


def _text(text: str | None) -> str:
    return clean_text(text or "")


def _within(most: int, name: str) -> Length:
    return Length(max=most, message=TOO_LONG[name])


def _key_of(page: str, policy: SitePolicy) -> str:
    try:
        return page_key(page, policy)
    except InvalidInput:
        return page


class _Absent:
    """A field that was not sent: it is empty, and nothing of it can be wrong.

    All forms share it.
    """

    data = ""
    errors: tuple[str, ...] = ()

    def process(self, *_: object, **__: object) -> None:
        """Stay empty."""

    def post_process(self, *_: object) -> None:
        """Stay empty."""

    def validate(self, *_: object) -> bool:
        """True."""
        return True


_ABSENT = _Absent()


class _CopiedFields(DefaultMeta):
    """Makes each field once; forms get copies, for a quarter of the cost.

    A field holds nothing of a submission before it is processed. Of those that were not
    sent, which are half of them, there is not even a copy.
    """

    given: Mapping[str, str]
    """What was sent."""
    _made: ClassVar[dict[str, Field]] = {}

    @override
    def bind_field(
        self,
        form: BaseForm,
        unbound_field: "UnboundField[_FieldT]",
        options: MutableMapping[str, Any],
    ) -> _FieldT:
        """A field of the form."""
        name = options["name"]
        if name not in self.given:
            return cast(_FieldT, _ABSENT)
        made = self._made.get(name)
        if made is None:
            made = self._made[name] = unbound_field.bind(form=form, **options)
            # Kept for good, so it must not lead to what somebody wrote.
            vars(made)["_form"] = None
        # Field's own __new__ gives an unbound one.
        field = cast(_FieldT, object.__new__(type(made)))
        vars(field).update(vars(made), _form=form, meta=form.meta)
        return field


class SubmissionForm(Form):
    """The fields of a submission, cleaned; validate it by `checked`."""

    Meta = _CopiedFields

    page = StringField(filters=[_line])
    comment = TextAreaField(
        "Comment", filters=[_text], validators=[_within(MAX_COMMENT_CHARS, "comment")]
    )
    name = StringField(
        "Name", filters=[_line], validators=[_within(MAX_NAME_CHARS, "name")]
    )
    email = StringField("Email", filters=[_line])
    website = StringField("Website", filters=[_line])
    parent = StringField(
        filters=[_line],
        validators=[Optional()],
    )
    title = StringField(filters=[_line])
    notify = BooleanField(false_values=("", "0", "false", "no", "off"))
    consent = BooleanField(false_values=("", "0", "false", "no", "off"))
    return_to = StringField(filters=[_line])
    token = StringField(filters=[_line])
    writer_token = StringField(filters=[_line])
    remarks = StringField()

    def __init__(self, values: Mapping[str, str], policy: SitePolicy) -> None:
        super().__init__(MultiDict(values), meta={"given": values})
        self.policy = policy
        self.page_key = _key_of(str(self.page.data or ""), policy)
        """The thread's key; what was sent, where that is no page of the site."""
        self.address = ""
        """The normal form of the e-mail address, once validated."""

    def validate_name(self, field: StringField) -> None:
        """The name is published, so it must not be an address."""
        if "@" not in (field.data or ""):
            return
        try:
            parse_address(field.data or "")
        except BadAddress:
            return
        raise ValidationError(
            mark("The name will be published: give one that is not an e-mail address.")
        )

    def validate_page(self, field: StringField) -> None:
        """The page must be one of this site's."""
        if not field.data:
            return
        try:
            page_key(field.data, self.policy)
        except InvalidInput as err:
            raise ValidationError(" ".join(err.errors["page"])) from None

    def validate_email(self, field: StringField) -> None:
        """The address must have the form of one; nobody is asked about it."""
        if not field.data:
            return
        try:
            self.address = parse_address(field.data).normal
        except BadAddress as err:
            raise ValidationError(str(err)) from None

    def validate_parent(self, field: StringField) -> None:
        """The comment that is answered must be named by its id."""
        if not is_public_id(field.data or ""):
            raise ValidationError(NO_PARENT)

    def validate_website(self, field: StringField) -> None:
        """The website must be an http(s) address."""
        try:
            field.data = clean_website(field.data or "")
        except ValueError as err:
            raise ValidationError(str(err)) from None

    @property
    def trap_filled(self) -> bool:
        """True if the field hidden from people was filled in."""
        return bool((self.remarks.data or "").strip())

    def mistakes(self) -> dict[str, list[str]]:
        """What is wrong, in words, by field; empty if nothing is."""
        found: dict[str, list[str]] = {}
        if not self.validate():
            found = {name: [str(m) for m in said] for name, said in self.errors.items()}
        for name in ("page", "comment", *self.policy.required):
            if is_blank(self[name].data or ""):
                found[name] = [_MISSING[name]]
        if self.policy.consent and not self.consent.data:
            found["consent"] = [_MISSING["consent"]]
        return found

    def to_submission(self) -> Submission:
        """The validated submission; call it only when there are no `mistakes`."""
        title = _value(self.title)
        return_to = _value(self.return_to)
        return Submission(
            page=self.page_key,
            text=_value(self.comment),
            name=_value(self.name),
            email=self.address,
            website=_value(self.website),
            parent=_value(self.parent) or None,
            # The writer cannot mend the page's title, so an endless one is left out.
            title=title if len(title) <= MAX_TITLE_CHARS else "",
            notify=bool(self.notify.data),
            return_to=return_to if len(return_to) <= MAX_WEBSITE_CHARS else "",
            writer_token=_value(self.writer_token),
        )


def _value(field: Any) -> str:
    return str(field.data or "")

"""What is said of mistakes in a submission, marked for translation.

`service.privacy` and `service.domain` say some of it, and know of no languages. A text
with a number in it is marked as a whole: it is looked up by what an answer holds.
"""

from service.web.language import mark

TOO_LONG = {
    "comment": mark("At most 10,000 characters, please."),
    "name": mark("At most 80 characters, please."),
    "website": mark("At most 2,048 characters, please."),
}
"""What is said of a field that is longer than `service.domain.submission` allows."""

PAGE_WORDS = (
    mark("Say which page the comment belongs to."),
    mark("The page's address has at most 512 characters."),
    mark("The page's address cannot be read."),
    mark("The page's address is not under one of the site's origins."),
)
"""Every mistake of `service.domain.pages.page_key`."""

NO_PARENT = mark("The comment that is answered is not named by its id.")

ADDRESS_WORDS = (
    mark("Enter an e-mail address."),
    mark("An e-mail address has at most 254 characters."),
    mark("An e-mail address needs an @."),
    mark("Enter the address alone, without a name or angle brackets."),
    mark("An e-mail address has no spaces in it."),
    mark("Addresses with quotation marks are not taken here."),
    mark("After the @, a domain name is needed, not a number in brackets."),
    mark("An e-mail address has only one @."),
    mark("Something is missing before the @."),
    mark("Something is missing after the @."),
    mark("A dot cannot come first, last, next to the @ or next to another dot."),
    mark("The part before the @ is too long."),
    mark("The part after the @ is a reserved name that gets no mail."),
    mark("The part after the @ is incomplete: its ending is missing."),
    mark("The part after the @ is not a domain name that can get mail."),
    mark("The part before the @ has a character that cannot stand there."),
)
"""Every `service.privacy.address.Mistake`, in its order."""

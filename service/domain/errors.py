"""Every error a caller can be told about, with the HTTP status of its leaf.

::

    FoyerError
    ├── InvalidInput            422  one or more fields are wrong
    │   └── KeyReused           422  an Idempotency-Key came with other content
    ├── MalformedInput          400  the body or query cannot be read at all
    │   └── BrokenBackup        400  a backup is not as it was written
    ├── Unauthenticated         401  no token that holds came with the request
    ├── Forbidden               403  what was asked is not allowed to this caller
    │   ├── ForeignOrigin       403  a page of another site sent it
    │   ├── ThreadClosed        403  the thread takes no more comments
    │   └── EditWindowClosed    403  the time to edit is over
    ├── Unknown                 404  no such site, comment, ticket or moderator
    ├── Conflict                409
    │   ├── DuplicateComment    409  the same comment was sent before
    │   ├── StaleComment        409  somebody else moved the comment meanwhile
    │   ├── ForbiddenMove       409  the states do not allow this move
    │   ├── StaleSettings       409  somebody else changed the same setting meanwhile
    │   └── StaleModel          409  another process trained the site meanwhile
    ├── TooLarge                413  the body is over the route's limit
    ├── UnsupportedMedia        415  the body's type is not one we read
    ├── TooManyRequests         429  over a limit; says when to come back
    └── Unavailable             503  the store cannot be reached in time
"""

from collections.abc import Mapping, Sequence


class FoyerError(Exception):
    """Base of the tree; its message is safe to show to whoever caused it."""


class InvalidInput(FoyerError):
    """One or more fields are wrong.

    :param errors: mapping of field name to the mistakes in it, in words.
    """

    def __init__(self, errors: Mapping[str, Sequence[str]]) -> None:
        super().__init__("Some fields need another look.")
        self.errors = {field: list(messages) for field, messages in errors.items()}


class KeyReused(InvalidInput):
    """An ``Idempotency-Key`` was used before, for other content."""

    def __init__(self) -> None:
        super().__init__(
            {
                "Idempotency-Key": [
                    (
                        "This key was used before for other content. "
                        "Send a new key with a new comment."
                    )
                ]
            }
        )


class MalformedInput(FoyerError):
    """The request cannot be read at all."""


class BrokenBackup(MalformedInput):
    """The file is no backup, or is not as it was written."""


class Unauthenticated(FoyerError):
    """The request must carry a token that holds, and does not."""


class Forbidden(FoyerError):
    """What was asked is not allowed to this caller."""


class ForeignOrigin(Forbidden):
    """A page whose origin is not registered for the site sent the request."""


class ThreadClosed(Forbidden):
    """The thread takes no more comments."""


class EditWindowClosed(Forbidden):
    """The time in which a writer may change a comment is over."""


class Unknown(FoyerError):
    """No such thing, or none that this caller may know of."""


class Conflict(FoyerError):
    """The request is fine but does not fit the present state."""


class DuplicateComment(Conflict):
    """The same writer sent the same comment to the same thread before."""


class StaleComment(Conflict):
    """The comment was moved since the caller saw it; nothing was changed."""


class ForbiddenMove(Conflict):
    """The table of moves does not allow this move."""


class StaleSettings(Conflict):
    """Somebody else changed the same settings since the caller saw them.

    :param fields: names of the settings that both have changed; nothing was written.
    """

    def __init__(self, fields: Sequence[str]) -> None:
        super().__init__(
            "Somebody else has changed this meanwhile; nothing was overwritten."
        )
        self.fields = tuple(fields)


class TooLarge(FoyerError):
    """The body is larger than the route takes."""


class UnsupportedMedia(FoyerError):
    """The body's media type is not one this route reads."""


class TooManyRequests(FoyerError):
    """Over a limit.

    :param retry_after: whole seconds until the next try can succeed, at least 1.
    :param whose: whose requests are counted, in words.
    """

    def __init__(self, retry_after: int, whose: str = "from your network") -> None:
        super().__init__(f"Too many requests {whose}. Try again in {retry_after} s.")
        self.retry_after = retry_after


class Unavailable(FoyerError):
    """The store cannot be reached or written in time.

    :param retry_after: whole seconds after which a retry makes sense.
    """

    def __init__(self, message: str, retry_after: int = 2) -> None:
        super().__init__(message)
        self.retry_after = retry_after

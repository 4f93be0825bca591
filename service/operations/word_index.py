"""Keep the words by which comments are found as what the comments say.

Words are made where a text is judged, taken from an edit, or erased; not where it comes
in, which has to be quick.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from service.db.models import Comment, Thread
from service.db.word_table import put_words, site_word
from service.text.search_words import search_words

_C: Any = Comment.__table__
_T: Any = Thread.__table__
_SAYING = select(
    *(_C.c.id, _C.c.site_id, _C.c.name, _C.c.website, _C.c.text, _C.c.title),
    # Not a join: for many comments PostgreSQL would read all threads there are.
    select(_T.c.page).where(_T.c.id == _C.c.thread_id).scalar_subquery().label("page"),
).where(_C.c.id.in_(bindparam("ids", expanding=True)))


def index_words(session: Session, comment_ids: Sequence[int]) -> None:
    """Have these comments found by what they say now.

    Whoever changes a comment's text, name or website calls this, after the change has
    been sent to the database.
    """
    if not comment_ids:
        return
    connection = session.connection()
    rows = connection.execute(_SAYING, {"ids": list(comment_ids)})
    put_words(connection, {row.id: _words(row) for row in rows})


def _words(row: Any) -> list[str]:
    said = search_words(row.name, row.website, row.text, row.title, row.page)
    return [site_word(row.site_id), *said]

"""The words that comments are found by: FTS5 on SQLite, a tsvector on PostgreSQL.

This table is no model, since the two databases have nothing in common there but its
name. It holds nothing that cannot be made again, so no backup holds it. A comment that
is deleted takes its words along.
"""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Connection,
    FromClause,
    cast,
    column,
    func,
    literal_column,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import TSQUERY

from service.domain.search_term import Term

NAME = "comment_words"

_SITE_SIGN = "\ue000"
# No letter, so that no word of a comment is taken for it.

_PUT = {
    "sqlite": text(
        "INSERT OR REPLACE INTO comment_words (rowid, words) VALUES (:id, :words)"
    ),
    "postgresql": text(
        "INSERT INTO comment_words (comment_id, words) "
        "SELECT id, array_to_tsvector(string_to_array(words, ' ')) "
        "FROM unnest(CAST(:ids AS bigint[]), CAST(:all AS text[])) AS g (id, words) "
        "ON CONFLICT (comment_id) DO UPDATE SET words = excluded.words"
    ),
}
MOST_COMPLETED = 100
"""Words that one beginning is completed to."""
# From each word straight to the next one, whatever number of comments have it. No word
# sorts between another and that with "0" behind it: nothing smaller is in words.
_COMPLETED = text(
    "WITH RECURSIVE found (term) AS ("
    " SELECT (SELECT term FROM comment_words_terms WHERE term >= :begin LIMIT 1)"
    " UNION ALL SELECT (SELECT term FROM comment_words_terms"
    " WHERE term >= found.term || '0' LIMIT 1)"
    " FROM found WHERE found.term < :end LIMIT :most"
    ") SELECT term FROM found WHERE term < :end"
)
_LAST_CHAR = "\U0010ffff"
_TIDY = text("INSERT INTO comment_words (comment_words, rank) VALUES ('merge', :pages)")
_CHANGES = text("SELECT total_changes()")
_PAGES = 500


def is_word_table(name: str) -> bool:
    """True for the table, and those that SQLite keeps behind it."""
    return name == NAME or name.startswith(f"{NAME}_")


def site_word(site_id: int) -> str:
    """The word that all comments of a site have, and no other."""
    return f"{_SITE_SIGN}{site_id}"


def put_words(connection: Connection, words: Mapping[int, Iterable[str]]) -> None:
    """Store the words of comments, by row number, in the place of earlier ones.

    :param words: of letters, digits and marks alone.
    """
    if not words:
        return
    # In one order everywhere, so that two who write do not wait for each other.
    rows = [(number, " ".join(words[number])) for number in sorted(words)]
    statement = _PUT[connection.dialect.name]
    if connection.dialect.name == "sqlite":
        connection.execute(statement, [{"id": n, "words": w} for n, w in rows])
        return
    connection.execute(
        statement, {"ids": [n for n, _ in rows], "all": [w for _, w in rows]}
    )


def empty_words(connection: Connection) -> None:
    """Forget the words of all comments."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("DELETE FROM comment_words"))
        return
    # Row by row it would take minutes. What makes the table is kept with it.
    made = connection.execute(
        text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = :name"),
        {"name": NAME},
    ).scalar_one()
    connection.execute(text("DROP TABLE comment_words"))
    connection.exec_driver_sql(made)


def tidy_words(connection: Connection) -> bool:
    """Take some of what was replaced out of SQLite's file; False if none is left.

    FTS5 keeps it until it merges its parts. Repeat it, each time in a transaction of
    its own, to be sure that nothing is left of what was erased.
    """
    if connection.dialect.name != "sqlite":
        return False
    before = connection.execute(_CHANGES).scalar_one()
    connection.execute(_TIDY, {"pages": -_PAGES})
    # As SQLite's manual has it: less than two changes mean that nothing was merged.
    return bool(connection.execute(_CHANGES).scalar_one() - before > 1)


class WordTable:
    """The table and its columns, for statements on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._is_sqlite = connection.dialect.name == "sqlite"
        name = "rowid" if self._is_sqlite else "comment_id"
        self._table = table(NAME, column(name, BigInteger), column("words"))
        self.id: ColumnElement[int] = self._table.c[name]
        self.source: FromClause = self._table

    def holds(
        self, terms: Sequence[Term], site_ids: Sequence[int], *, by_index: bool = True
    ) -> ColumnElement[bool]:
        """The condition for comments that hold all terms.

        :param site_ids: sites that it must be one of; of any if empty.
        :param by_index: False where PostgreSQL shall look at each row, and not at all
            comments with these words; SQLite always asks the index.
        """
        given = [Term(site_word(number), is_prefix=False) for number in site_ids]
        if self._is_sqlite:
            sites = " OR ".join(map(_fts5, given))
            sought = map(self._completed, terms)
            parts = [f"({sites})" if sites else "", *sought]
            query = " AND ".join(filter(None, parts))
            return literal_column(NAME).op("MATCH", is_comparison=True)(query)
        sites = " | ".join(map(_tsquery, given))
        parts = [f"({sites})" if sites else "", *map(_tsquery, terms)]
        asked = cast(" & ".join(filter(None, parts)), TSQUERY)
        words = self._table.c.words
        if by_index:
            return words.op("@@", is_comparison=True)(asked)
        # No index knows the operator by the name of its function.
        return func.ts_match_vq(words, asked, type_=Boolean())

    def _completed(self, term: Term) -> str:
        """The term for FTS5, a beginning as the words that begin so.

        FTS5 tells the comments with a word one by one, but gathers all with a beginning
        before it tells the first: 40 ms for one that 200,000 comments have.
        """
        if not term.is_prefix:
            return _fts5(term)
        given = {
            "begin": term.word,
            "end": f"{term.word}{_LAST_CHAR}",
            "most": MOST_COMPLETED + 1,
        }
        found = self._connection.execute(_COMPLETED, given).scalars().all()
        if len(found) > MOST_COMPLETED:
            return _fts5(term)
        words = [_fts5(Term(word, is_prefix=False)) for word in found]
        return f"({' OR '.join(words or [_fts5(term)])})"


def _fts5(term: Term) -> str:
    word = term.word.replace('"', '""')
    return f'"{word}"*' if term.is_prefix else f'"{word}"'


def _tsquery(term: Term) -> str:
    word = term.word.replace("\\", "\\\\").replace("'", "''")
    return f"'{word}':*" if term.is_prefix else f"'{word}'"

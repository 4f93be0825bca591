"""Which script and language a text is written in, as far as that is cheap to tell.

Scripts are told by Unicode ranges. Among languages in Latin letters only well-known
ones are told, by their commonest function words, and only where a text has enough of
them; a text without a clear answer has none.
"""

import re
from collections import Counter
from collections.abc import Sequence

MIN_LETTERS = 20
"""Fewer letters may be a name or an exclamation."""
MOST_LETTERS = 2_000
"""Letters that are looked at."""
MIN_WORDS = 8
"""Fewer words hold too few function words."""
MOST_WORDS = 300
MAIN_SHARE = 0.7
"""Share of its letters from which a text is of one script."""
MIN_SHARE = 0.15
"""Share of function words from which a text is of their language; running text of the
languages below has 0.2 to 0.5 of the words listed here."""
MIN_HITS = 3
LEAD = 1.6
"""How much more often its own words come than those of any other language."""

# Blocks of the Unicode standard, joined where one language uses several.
_SCRIPTS = {
    "Latin": "A-Za-z\u00aa\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff",
    "Greek": "\u0370-\u03ff\u1f00-\u1fff",
    "Cyrillic": "\u0400-\u052f",
    "Armenian": "\u0531-\u0587",
    "Hebrew": "\u05d0-\u05f2",
    "Arabic": "\u0620-\u064a\u0671-\u06d3\u0750-\u077f",
    "Indic": "\u0900-\u0dff",
    "Thai": "\u0e01-\u0e4e",
    "Georgian": "\u10a0-\u10ff",
    "Japanese": "\u3041-\u30ff",
    "Korean": "\u1100-\u11ff\uac00-\ud7a3",
    "Han": "\u3400-\u4dbf\u4e00-\u9fff",
}
_LETTERS = re.compile(
    "|".join(f"(?P<{name}>[{chars}]+)" for name, chars in _SCRIPTS.items())
)

# The commonest words without meaning of their own, chosen by hand so that close
# relatives (Spanish and Portuguese, Danish and Norwegian) are kept apart or left out.
_FUNCTION_WORDS = {
    "English": "the and of to is that it you for this with are was have be on not as "
    "but at they from or an my your so what just can if will",
    "German": "der die das und ist nicht ich es ein eine zu mit auf für den von sich "
    "auch dem aber wie wir sie noch nur bei habe sind oder",
    "French": "le la les des est et une pas que je vous pour dans ce qui sur au avec "
    "plus mais nous ont sont cette mon du il elle",
    "Spanish": "el los las que y una es por con para muy pero lo más como del esta "
    "este hay mi tu qué son sus al yo ya",
    "Portuguese": "o os um uma não é que para com muito mas mais como do da em no na "
    "eu você isso seu está são ao meu também",
    "Italian": "il gli che di è non una per con sono ma più anche questo della mi ho "
    "nel si ti molto dei le come alla cosa",
    "Dutch": "de het een en van ik is niet dat op te zijn voor met die maar ook er "
    "aan heb je wat naar bij nog wel",
    "Polish": "nie się na jest że jak w z po ale czy co tak już od dla mnie "
    "bardzo ja tego przez być",
    "Indonesian": "yang dan di ini itu dengan untuk tidak dari ada saya aku kita bisa "
    "juga ke sudah akan karena banyak gak nya kalau lagi",
    "Turkish": "bir ve bu için çok ben ne da de ama gibi daha var mi kadar olan sen "
    "değil her şey o ile en iyi",
    "Vietnamese": "và là của có không cho được một những này các với tôi rất người "
    "trong đã khi thì mà ở như để",
    "Swedish": "och det att är som en på jag inte har för med till den om man så men "
    "ett av kan mycket var vi",
}
_LANGUAGES: dict[str, tuple[str, ...]] = {}
for _name, _words in _FUNCTION_WORDS.items():
    for _word in _words.split():
        _LANGUAGES[_word] = (*_LANGUAGES.get(_word, ()), _name)


def script_of(text: str) -> str:
    """Name of the script of nearly all letters, such as ``Cyrillic``.

    Chinese and Japanese are told apart by kana. Empty for a text of fewer than 20
    letters, or of several scripts.
    """
    counts: Counter[str] = Counter()
    for run in _LETTERS.finditer(text[: 4 * MOST_LETTERS]):
        counts[run.lastgroup or ""] += run.end() - run.start()
        if counts.total() >= MOST_LETTERS:
            break
    if counts["Japanese"]:
        counts["Japanese"] += counts.pop("Han", 0)
    total = counts.total()
    if not total:
        return ""
    script, most = counts.most_common(1)[0]
    # A character of these is worth about two letters.
    enough = MIN_LETTERS / (2 if script in {"Han", "Japanese", "Korean"} else 1)
    return script if total >= enough and most >= MAIN_SHARE * total else ""


def language_of(words: Sequence[str]) -> str:
    """Name of the language of words in Latin letters, such as ``Portuguese``.

    Empty where none of the known ones is clearly meant, or for fewer than 8 words.

    :param words: case folded, as `service.text.words.words_of` gives them.
    """
    if len(words) < MIN_WORDS:
        return ""
    looked = words[:MOST_WORDS]
    counts = Counter(name for word in looked for name in _LANGUAGES.get(word, ()))
    (name, most), (_, second) = (*counts.most_common(2), ("", 0), ("", 0))[:2]
    enough = max(MIN_HITS, MIN_SHARE * len(looked))
    is_clear = most >= enough and most >= LEAD * second
    return name if is_clear else ""

"""Scripts and languages, told where they are clear."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.text.languages import language_of, script_of
from service.text.words import words_of

RUNNING = {
    "English": "I have been looking for this, and it is just what you need to start.",
    "German": "Ich habe das auch schon gehabt und es ist nicht so einfach mit der Uhr.",
    "French": "Je ne sais pas si vous avez vu, mais il est dans la page des films.",
    "Spanish": "Muchas gracias por el artículo, es muy bueno y lo que más me gusta es "
    "la parte que habla de los libros.",
    "Portuguese": "Muito obrigado por isso, eu não sabia que o livro é tão bom e você "
    "também vai gostar do filme.",
    "Italian": "Non ho mai letto una cosa più bella di questa, ma che dire, è anche "
    "il mio libro.",
    "Dutch": "Ik heb het boek ook gelezen en het is niet wat je er van zou denken.",
    "Polish": "Nie wiem jak się to robi, ale jest bardzo dobre i już po wszystkim tak.",
    "Indonesian": "Saya tidak tahu kalau ini bisa juga untuk kita yang ada di rumah.",
    "Turkish": "Bu çok güzel bir film ve benim için her şey daha iyi oldu gibi ama.",
    "Vietnamese": "Tôi rất thích bài này và những người khác cũng đã được xem nó.",
    "Swedish": "Jag har inte sett den här men det är en bok som man kan läsa för att.",
}


@pytest.mark.parametrize("language", RUNNING)
def test_running_text_is_of_its_language(language: str) -> None:
    assert script_of(RUNNING[language]) == "Latin"
    assert language_of(words_of(RUNNING[language])) == language


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("Спасибо за подробное объяснение", "Cyrillic"),
        ("Ευχαριστώ πολύ για το άρθρο", "Greek"),  # noqa: RUF001  # Greek
        ("شكرا جزيلا على هذا المقال الرائع", "Arabic"),
        ("תודה רבה על המאמר הנפלא הזה", "Hebrew"),
        ("ขอบคุณมากสำหรับบทความนี้ครับ", "Thai"),
        ("この記事はとても役に立ちました", "Japanese"),
        ("感谢您写了这篇很好的文章啊朋友", "Han"),
        ("좋은 글 감사합니다 정말 도움이", "Korean"),
        ("यह लेख बहुत अच्छा है धन्यवाद", "Indic"),
        ("Well, спасибо за это, my dear friend", ""),
        ("Спасибо!", ""),
        ("1234567890 1234567890 !!!", ""),
    ],
)
def test_script(text: str, script: str) -> None:
    assert script_of(text) == script


@pytest.mark.parametrize(
    "text",
    [
        "Excellent spot John - I am going to post some updated code very soon",
        "Cheap watches replica handbags discount pills casino bonus poker rolex",
        "asdf qwer zxcv uiop hjkl bnmt ghfj dkls",
        "the and of to",
    ],
    ids=["names and verbs", "keywords", "gibberish", "too short"],
)
def test_language_of_no_certainty_is_not_told_wrongly(text: str) -> None:
    assert language_of(words_of(text)) in {"", "English"}


@given(st.text(max_size=300))
def test_any_text_has_one_answer(text: str) -> None:
    assert script_of(text) == script_of(text)
    assert isinstance(language_of(words_of(text)), str)

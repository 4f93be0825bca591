"""`foyer site map-posts …`."""

from pathlib import Path

import pytest

from service.db.store import Store, make_engine
from service.operations.post_numbers import page_of_post
from service.settings import load
from tests.cli.conftest import Foyer

EXPORT = """<?xml version="1.0" encoding="UTF-8" ?>
<!-- generator="WordPress/6.6" -->
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
  xmlns:wp="http://wordpress.org/export/1.2/">
<channel><title>A blog</title><link>https://blog.example</link>
<wp:base_site_url>https://blog.example</wp:base_site_url>
<item><title>Rye &amp; rest</title><link>https://blog.example/2024/r%c3%bcckblick/</link>
  <content:encoded><![CDATA[<p>Long <link>no</link> text</p>]]></content:encoded>
  <wp:post_id>17</wp:post_id><wp:status>publish</wp:status>
  <wp:comment><wp:comment_id>3</wp:comment_id></wp:comment></item>
<item><title>A draft</title><link>https://blog.example/?p=18</link>
  <wp:post_id>18</wp:post_id><wp:status>draft</wp:status></item>
<item><title>Plain</title><link>https://blog.example/?p=19</link>
  <wp:post_id>19</wp:post_id><wp:status>publish</wp:status></item>
<item><title>Elsewhere</title><link>https://other.example/x/</link>
  <wp:post_id>20</wp:post_id><wp:status>publish</wp:status></item>
</channel></rss>
"""


def page(number: int) -> str | None:
    store = Store(make_engine(load().database))
    try:
        return store.read(lambda s: page_of_post(s, 1, number))
    finally:
        store.close()


def test_export_names_the_posts(foyer: Foyer, tmp_path: Path) -> None:
    file = tmp_path / "export.xml"
    file.write_text(EXPORT, encoding="utf-8")
    done = foyer("site", "map-posts", "blog", str(file))
    assert done.status == 0, done.err
    assert done.out == "1 added, 0 changed, 0 as they were, 2 left out\n"
    assert "line 13: The site drops the query key 'p'" in done.err
    assert "line 15: The page's address is not under one of the site's" in done.err
    assert page(17) == "/2024/r%C3%BCckblick/"
    assert page(18) is page(19) is page(20) is None
    foyer("site", "set", "blog", "--query-key", "p")
    again = foyer("site", "map-posts", "blog", str(file))
    assert again.out == "1 added, 0 changed, 1 as they were, 1 left out\n"
    assert page(19) == "/?p=19"


def test_lines_name_the_posts(foyer: Foyer) -> None:
    text = (
        '\ufeffid,address\r\n17,https://blog.example/a/\r\n18,"/b, c/"\r\n\r\n'
        "0,/zero\r\nx,/x\r\n1000000000000,/huge\r\n19\r\n17,/other\r\n17,/a/\r\n"
    )
    done = foyer("site", "map-posts", "blog", "-", text=text)
    assert done.out == "2 added, 0 changed, 0 as they were, 5 left out\n"
    lines = [line.partition(":")[0] for line in done.err.splitlines()]
    assert lines == ["line 5", "line 6", "line 7", "line 8", "line 9"]
    assert (page(17), page(18)) == ("/a/", "/b, c/")


def test_trial_changes_nothing_and_a_repeat_only_what_is_new(foyer: Foyer) -> None:
    first = "17,/a/\n18,/b/\n"
    done = foyer("site", "map-posts", "blog", "-", "--dry-run", text=first)
    assert done.out == (
        "Nothing was changed; it would be: 2 added, 0 changed, 0 as they were, "
        "0 left out\n"
    )
    assert page(17) is None
    foyer("site", "map-posts", "blog", "-", text=first)
    done = foyer("site", "map-posts", "blog", "-", text="18,/moved/\n19,/c/\n17,/a/\n")
    assert done.out == "1 added, 1 changed, 1 as they were, 0 left out\n"
    assert (page(17), page(18), page(19)) == ("/a/", "/moved/", "/c/")
    logged = foyer("site", "changes", "blog").out
    assert "posts-mapped" in logged
    assert "changed=1" in logged


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
    "<rss><channel><item><title>&b;</title></item></channel></rss>"
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (BOMB, "declares a document type"),
        (
            '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/hostname">]><r>&x;</r>',
            "declares a document type",
        ),
        ("<rss>&nbsp;</rss>", "Line 1 is not XML"),
        ("<rss><channel>\n<item></channel></rss>", "Line 2 is not XML"),
        ("<rss><channel><item/></channel></rss>", "not WordPress's export"),
        ("", "names no post"),
        ("17,https://other.example/a\n", "names no post"),
        ('17,"/a\n', "cannot be read as CSV"),
    ],
)
def test_what_is_no_list_of_posts_is_refused(
    foyer: Foyer, text: str, said: str
) -> None:
    done = foyer("site", "map-posts", "blog", "-", text=text)
    assert (done.status, done.out) == (2, "")
    assert said in done.err


def test_unknown_site_is_named(foyer: Foyer) -> None:
    done = foyer("site", "map-posts", "nowhere", "-", text="17,/a\n")
    assert done.status == 1
    assert "no site with this key" in done.err

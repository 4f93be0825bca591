"""Hosts of link shorteners: a link to one hides its target."""

SHORTENERS = frozenset(
    {
        "adf.ly",
        "bit.do",
        "bit.ly",
        "bitly.com",
        "bl.ink",
        "buff.ly",
        "clck.ru",
        "cutt.ly",
        "dlvr.it",
        "gg.gg",
        "goo.gl",
        "goo.su",
        "is.gd",
        "j.mp",
        "lnkd.in",
        "ouo.io",
        "ow.ly",
        "qps.ru",
        "rb.gy",
        "rebrand.ly",
        "s.id",
        "shorte.st",
        "shorturl.at",
        "smarturl.it",
        "snip.ly",
        "surl.li",
        "t.co",
        "t.ly",
        "tiny.cc",
        "tinyurl.com",
        "tr.im",
        "v.gd",
        "vk.cc",
    }
)
"""Well-known public ones, chosen by hand; most of them also stand in the far longer
list of Grant Hutchinson, *WordPress comment blocklist* (reference/shorteners.txt,
github.com/splorp/wordpress-comment-blocklist, MIT)."""

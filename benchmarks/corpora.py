"""The labelled files that the filter is measured on, as ``docs/filter.md`` has them."""

from itertools import chain

from service.domain.policy import SitePolicy

YOUTUBE = ("youtube_01_psy", "youtube_02_katyperry", "youtube_03_lmfao")
LARGE_BLOG = "blog_dylan"
SMALL_BLOGS = ("blog_tosbourn", "blog_bruntonspall", "blog_lithos")
ARTICLES = "datacamp_articles"
CHAT = "tgspam_chat"
TEXT_MESSAGES = "sms_spam_collection"
INDONESIAN = "id_gambling_hf"

BLOGS = (LARGE_BLOG, *SMALL_BLOGS)
"""What the shipped base is built from, in its order."""
HAM_FROM = (ARTICLES, CHAT, TEXT_MESSAGES)
"""Whose good comments it learns beside them."""

ORIGINS = {
    "dylan": ("http://dylanmtaylor.com", "http://dylantaylor.wordpress.com"),
    "tosbourn": ("http://tosbourn.com",),
    "bruntonspall": ("http://brunton-spall.co.uk",),
    "lithos": ("http://lithostech.com",),
}
"""The addresses that the blogs had."""

OWN = SitePolicy(origins=tuple(chain.from_iterable(ORIGINS.values())))
"""All of them, as a running site would know its own."""

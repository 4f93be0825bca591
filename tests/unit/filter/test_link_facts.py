"""Addresses that are spoken count as the links that they stand for."""

from service.text.reading import read
from worker.filter.style import hidden_addresses, style_of


def test_spoken_address_is_a_link_of_its_host() -> None:
    reading = read(name="", website="", text="see pills (dot) com/cheap now")
    assert hidden_addresses(reading) == ["pills.com/cheap"]
    facts = style_of(reading)
    assert {"links:1", "hosts:1", "markup:bare"} <= set(facts)


def test_plain_address_is_not_counted_twice() -> None:
    reading = read(name="", website="", text="see http://pills.com/cheap now")
    assert hidden_addresses(reading) == []
    assert "links:1" in style_of(reading)


def test_link_is_told_by_what_it_is_shown_as() -> None:
    shown = {
        '<a href="http://a.example/?t=139">2:19</a>': "moment",
        '<a href="http://a.example/">www.a.example</a>': "address",
        '<a href="http://a.example/">best shoes</a>': "words",
        "http://a.example/": "none",
    }
    for text, kind in shown.items():
        assert f"label:{kind}" in style_of(read(name="", website="", text=text))

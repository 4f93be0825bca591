"""Comments of two kinds, as the model sees them."""

from service.domain.checking import Reading
from service.text.reading import read
from worker.filter.building import Sample
from worker.filter.features import features
from worker.filter.hashing import Ids

SPAM = [
    "win big at the lucky casino with a welcome bonus today",
    "lucky casino bonus for every new player join now",
    "cheap replica watches with free shipping order now",
    "best casino bonus of the year visit http://lucky.example/bonus",
    "order cheap pills online with free shipping today",
    "get your welcome bonus now and win big money",
]
HAM = [
    "my bread rose well with your third recipe thank you",
    "the oven of my grandmother bakes slower than yours",
    "which flour did you take for the second loaf",
    "i had to leave the dough in the fridge over night",
    "your photos of the crust made me hungry again",
    "rye takes longer to rise than wheat in my kitchen",
]


def reading(text: str, name: str = "", website: str = "") -> Reading:
    return read(name=name, website=website, text=text)


def ids(text: str, name: str = "", website: str = "") -> Ids:
    return features(reading(text, name, website))


def samples(suffix: str = "") -> list[Sample]:
    """Both kinds in turns, each text its own."""
    return [
        Sample(ids(f"{text} {suffix}"), is_spam)
        for spam, ham in zip(SPAM, HAM, strict=True)
        for text, is_spam in ((spam, True), (ham, False))
    ]

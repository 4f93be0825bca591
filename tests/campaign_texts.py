"""Comments as readers of a baking blog write them, and a campaign of spam among them.

The spam shares neither hosts nor sentences: only what it wants, and so its words.
"""

from itertools import product

_BEGINNINGS = (
    "I tried this with rye flour",
    "My grandmother baked it like that",
    "We had it for breakfast on Sunday",
    "The second loaf came out better",
    "I used half the salt",
    "Mine needed ten minutes more in the oven",
    "The crumb was a bit dense",
    "I let the dough rest overnight",
    "Our oven runs hot",
    "I made two small ones instead",
    "I have no proofing basket",
    "The crust was lovely",
)
_ENDINGS = (
    "and the children ate all of it.",
    "but next time I will take less water.",
    "which worked, though I am not sure why.",
    "so thank you for writing it down.",
    "and I wonder whether spelt would do as well.",
    "because the kitchen was cold that day.",
    "and it kept fresh until Thursday.",
    "although the photograph looks darker than mine.",
    "as you said in the part about steam.",
    "and my neighbour asked me for the recipe.",
)

GOOD: tuple[str, ...] = tuple(
    f"{begin} {end}" for begin, end in product(_BEGINNINGS, _ENDINGS)
)
"""120 comments that nobody would hold."""

_OPENINGS = (
    "Lost my savings to a fake broker last spring",
    "After a trading platform froze my wallet",
    "My husband had given up on our stolen bitcoin",
    "I never believed that crypto could be recovered",
    "Scammers emptied my account in minutes",
    "When the investment site vanished with my coins",
)
_HELPERS = (
    "the recovery expert {name} traced every coin",
    "a hacker called {name} got my funds back",
    "{name} recovered the wallet within two days",
    "the team of {name} returned all of my bitcoin",
    "I was told to write to {name}, who restored my money",
)
_CLOSINGS = (
    "Contact the recovery service at {host} today.",
    "Write to them on {host} before it is too late.",
    "You can reach this genuine hacker through {host} now.",
    "Visit {host} and get your crypto back as I did.",
    "Their wallet recovery page is {host} and they answer fast.",
    "Do not give up: {host} recovers lost funds.",
    "Message the experts at {host}, they are legit.",
)
_NAMES = (
    *("Ronald Vance", "Mira Holt", "Captain Webb", "Ada Stone", "Lewis Grant"),
    *("Dr. Frost", "Nina Vale"),
)
_HOSTS = (
    *("mirandole", "brightharbor", "tallowick", "sevenelms", "ottersby", "quillane"),
    *("northgatten", "pellucid", "dunmarrow", "foxleigh", "argentum", "windrusher"),
)


def campaign(count: int) -> list[str]:
    """So many comments of one campaign, no two of them with a host in common."""
    return [
        ". ".join(
            (
                _OPENINGS[n % len(_OPENINGS)]
                + " "
                + _HELPERS[n % len(_HELPERS)].format(name=_NAMES[n % len(_NAMES)]),
                _CLOSINGS[(n // 2) % len(_CLOSINGS)].format(
                    host=f"https://{_HOSTS[n % len(_HOSTS)]}{n or ''}.example"
                ),
            )
        )
        for n in range(count)
    ]

"""Comments as readers of a baking blog write them, and a campaign of spam among them.

The spam shares neither hosts nor sentences: only what it wants, and so its words.
"""

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
    "while the one from the shop had gone stale.",
)

_MIDDLES = (
    "It took two days with the starter from the fridge.",
    "The loaf cracked on one side in the oven.",
    "A friend of mine puts caraway in it.",
    "On the radio somebody said oats would do.",
    "I bake every Friday since I stopped working.",
    "Where I live nobody sells fresh yeast any more.",
    "Last winter it never rose like this.",
    "With butter and a little honey it is a meal.",
    "The recipe in my old book asks for beer.",
    "For the smell alone I would do it again.",
    "Does anybody know a mill near Lund?",
)

_QUESTIONS = (
    "How long do you knead it by hand?",
    "Which tin did you use for the photo?",
    "Could milk replace half of that?",
    "Should I cover the bowl at night?",
    "Do seeds go in before or after folding?",
    "What would change with wholemeal?",
    "Is forty degrees too hot for proving?",
    "May one freeze these sliced?",
    "Why does yours look so much taller?",
    "Have you ever tried chestnut?",
    "When do you score the top?",
)
_GREETINGS = (
    "Greetings from a rainy Porto!",
    "Your blog keeps me company on Sundays.",
    "More about barley, please.",
    "I read this aloud to my husband.",
    "Keep writing, it helps beginners.",
    "Somebody gave me your address at choir.",
    "My daughter drew a picture of it.",
    "We are three generations of bakers here.",
    "I found an old stone mill nearby.",
    "Next week I shall report again.",
    "Pumpkin soup went well with this.",
)

GOOD: tuple[str, ...] = tuple(
    " ".join(
        (
            f"{_BEGINNINGS[n // 11]}, {_ENDINGS[n % 11]}",
            _MIDDLES[(n // 11 + n) % 11],
            _QUESTIONS[(n // 11 + 2 * n) % 11],
            _GREETINGS[(n // 11 + 3 * n) % 11],
            f"Loaf {n + 3} weighed {700 + 7 * n} grams and took {900 - 5 * n} seconds.",
        )
    )
    for n in range(120)
)
"""120 comments that nobody would hold; any two share one of five parts at most."""

MORE_GOOD: tuple[str, ...] = (
    "Could you say how warm the water should be? My starter is slow in winter.",
    "I disagree about the sugar: without it the rolls stayed pale, at least here.",
    "Is there a version with buckwheat? My sister cannot eat wheat.",
    "The link to the mill is dead, they have moved to the next village.",
    "Hello Marta, we met at the market; your poppy seed plait was the best of all.",
    "You can get good flour from any small mill, and it costs less than you think.",
    "My savings plan for this year: bake at home and stay away from the bakery.",
    "It worked! I write this with the last slice in my hand.",
)
"""Others, written after the campaign; some of its words are in them."""

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

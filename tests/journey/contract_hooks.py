"""Lets half of the generated calls in Akismet's manner bring a token that holds.

schemathesis loads this by its path. Its settings name values of parameters and headers,
but none of a body, and a token stands in the body there.
"""

import os
from itertools import count
from typing import Any

import schemathesis

_turns = count()


@schemathesis.hook
def before_call(_context: Any, case: Any, _kwargs: Any) -> None:
    """Put the program's token and the site's address where a call names any."""
    if not case.path.startswith("/1.1/") or not isinstance(case.body, dict):
        return
    if next(_turns) % 2:
        return
    given = {
        "api_key": os.environ["FOYER_CONTRACT_TOKEN"],
        "key": os.environ["FOYER_CONTRACT_TOKEN"],
        "blog": os.environ["FOYER_CONTRACT_BLOG"],
    }
    case.body |= {name: given[name] for name in given.keys() & case.body.keys()}

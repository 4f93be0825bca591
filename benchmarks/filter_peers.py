"""Other filters, on the same comments: what TubeSpam found best, Bayes, bogofilter.

They read the text alone, as they were made to.
"""

import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from math import log
from statistics import median
from time import perf_counter
from typing import Any, Protocol

from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import BernoulliNB, MultinomialNB

from worker.filter.evaluation.comments import LabelledComment
from worker.filter.evaluation.streams import Prepared, Scores

ONLINE_BITS = 16
_NEARLY_CERTAIN = 1e-7


class Peer(Protocol):
    """A filter that is taught all at once."""

    name: str

    def teach(self, comments: Sequence[LabelledComment]) -> None:
        """Forget everything, and learn these."""

    def score(self, comments: Sequence[LabelledComment]) -> list[float]:
        """Log-odds of spam, in their order."""


class CountsRegression:
    """Counts of words and logistic regression: best of TubeSpam by the mean.

    Alberto, Lochter and Almeida 2015; scikit-learn's parts with their defaults.
    """

    name = "counts + LR (TubeSpam)"

    def teach(self, comments: Sequence[LabelledComment]) -> None:
        """Forget everything, and learn these."""
        self._words = CountVectorizer()
        self._model = LogisticRegression(max_iter=1000)
        counts = self._words.fit_transform([one.text for one in comments])
        self._model.fit(counts, [one.is_spam for one in comments])

    def score(self, comments: Sequence[LabelledComment]) -> list[float]:
        """Log-odds of spam, in their order."""
        counts = self._words.transform([one.text for one in comments])
        return [float(one) for one in self._model.decision_function(counts)]


class Bayes:
    """Naive Bayes over which words there are."""

    name = "naive Bayes"

    def teach(self, comments: Sequence[LabelledComment]) -> None:
        """Forget everything, and learn these."""
        self._words = CountVectorizer(binary=True)
        self._model = BernoulliNB()
        counts = self._words.fit_transform([one.text for one in comments])
        self._model.fit(counts, [one.is_spam for one in comments])

    def score(self, comments: Sequence[LabelledComment]) -> list[float]:
        """Log-odds of spam, in their order."""
        counts = self._words.transform([one.text for one in comments])
        return _log_ratios(self._model.predict_joint_log_proba(counts))


class OnlineBayes:
    """Naive Bayes over counts of words, one decision at a time; a `Site`."""

    name = Bayes.name

    def __init__(self) -> None:
        self._words = HashingVectorizer(
            n_features=1 << ONLINE_BITS, alternate_sign=False, norm=None
        )
        self._model = MultinomialNB()
        nothing = self._words.transform(["", ""])
        self._model.partial_fit(nothing, [False, True], classes=[False, True])

    def score(self, one: Prepared) -> float:
        """Log-odds of spam."""
        counts = self._words.transform([one.comment.text])
        return _log_ratios(self._model.predict_joint_log_proba(counts))[0]

    def learn(self, one: Prepared, is_spam: bool, weight: float = 1.0) -> None:
        """Count its words."""
        counts = self._words.transform([one.comment.text])
        self._model.partial_fit(counts, [is_spam], sample_weight=[weight])


class Bogofilter:
    """The mail filter bogofilter (Robinson 2003), each comment as a mail."""

    name = "bogofilter"

    def teach(self, comments: Sequence[LabelledComment]) -> None:
        """Forget everything, and learn these."""
        self._folder = tempfile.TemporaryDirectory(prefix="bogofilter")
        for option, kind in (("-s", True), ("-n", False)):
            mails = _mails(one.text for one in comments if one.is_spam is kind)
            self._run("-M", option, mails=mails)

    def score(self, comments: Sequence[LabelledComment]) -> list[float]:
        """Log-odds of spam, in their order."""
        said = self._run("-M", "-TT", mails=_mails(one.text for one in comments))
        return [_log_odds(float(line)) for line in said.split()]

    def _run(self, *options: str, mails: str) -> str:
        done = subprocess.run(
            [shutil.which("bogofilter") or "", "-d", self._folder.name, *options],
            input=mails.encode(),
            capture_output=True,
            check=False,
        )
        # 0 to 2 tell spam, ham and unsure.
        if done.returncode > 2:  # noqa: PLR2004
            raise RuntimeError(done.stderr.decode(errors="replace"))
        return done.stdout.decode()


def peers() -> list[Peer]:
    """Those that there are here."""
    found: list[Peer] = [CountsRegression(), Bayes()]
    return [*found, Bogofilter()] if shutil.which("bogofilter") else found


def scores_of(
    peer: Peer, train: Sequence[LabelledComment], test: Sequence[LabelledComment]
) -> Scores:
    """What a peer says of some comments, after others taught it."""
    peer.teach(train)
    return Scores(peer.score(test), [one.is_spam for one in test])


def microseconds(peer: Peer, comments: Sequence[LabelledComment]) -> float:
    """Median time to score one comment by itself, after the peer was taught."""
    times = list[float]()
    for one in comments:
        begun = perf_counter()
        peer.score([one])
        times.append((perf_counter() - begun) * 1e6)
    return median(times)


def _mails(texts: Iterable[str]) -> str:
    head = (
        "From a@b Thu Jan  1 00:00:00 2026\nContent-Type: text/plain; charset=utf-8\n"
    )
    return "".join(
        f"{head}\n{text.replace(chr(10) + 'From ', chr(10) + '>From ')}\n\n"
        for text in texts
    )


def _log_odds(probability: float) -> float:
    held = min(max(probability, _NEARLY_CERTAIN), 1 - _NEARLY_CERTAIN)
    return log(held / (1 - held))


def _log_ratios(joint: Any) -> list[float]:
    return [float(spam - ham) for ham, spam in joint]

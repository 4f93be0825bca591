"""The past of one site in memory: the `Evidence` that a running one has in tables.

Only what came before counts, and only by the labels of what came before. Writers are
told apart by their names, since exports hold no addresses.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from service.domain.checking import Alike, Evidence, Page, Reading, Tally
from service.domain.policy import SitePolicy
from service.domain.status import Status
from service.operations.page_past import COUNTED_TO, SAMPLE_CHARS, SAMPLES
from service.operations.past import NEAR_KEPT, NEAR_TODAY, SAME_KEPT, faded
from service.operations.questions import MOST_LOOKED
from worker.filter.evaluation.comments import LabelledComment

MOST_OF_A_BAND = 100
"""The newest of those that share a band; as many as in a running site."""

_UNDATED = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Earlier:
    at: datetime
    post: str
    author: str
    normal_hash: str
    status: Status


class Memory:
    """What a site has seen and been told so far."""

    def __init__(self, policy: SitePolicy | None = None) -> None:
        self._policy = policy or SitePolicy()
        self._same = defaultdict[str, deque[_Earlier]](
            lambda: deque(maxlen=MOST_LOOKED)
        )
        self._bands = defaultdict[str, deque[_Earlier]](
            lambda: deque(maxlen=MOST_OF_A_BAND)
        )
        self._hosts = defaultdict[str, deque[_Earlier]](
            lambda: deque(maxlen=MOST_LOOKED)
        )
        self._pages = defaultdict[str, list[str]](list)
        self._published = 0

    def evidence(self, comment: LabelledComment, reading: Reading) -> Evidence:
        """What is known when the comment comes.

        Comments without a date count as of one moment, so all of them are recent.
        """
        return Evidence(
            policy=self._policy,
            alike=self._alike(comment, reading),
            host_tallies={host: self._tally(comment, host) for host in _hosts(reading)},
            known_hosts=frozenset(
                host
                for host in _hosts(reading)
                if any(_is_good(one) for one in self._hosts.get(host, ()))
            ),
            site_seen=min(self._published, COUNTED_TO),
            page=self._page(comment.post),
        )

    def learn(self, comment: LabelledComment, reading: Reading, is_spam: bool) -> None:
        """Keep the comment, decided as it is said to be."""
        status = Status.SPAM if is_spam else Status.PUBLISHED
        earlier = _Earlier(
            comment.at or _UNDATED,
            comment.post,
            comment.author,
            reading.normal_hash,
            status,
        )
        if reading.normal_hash:
            self._same[reading.normal_hash].append(earlier)
        for band in reading.bands:
            self._bands[band].append(earlier)
        for host in _hosts(reading):
            self._hosts[host].append(earlier)
        if _is_good(earlier):
            self._published += 1
            texts = self._pages[comment.post]
            if len(texts) < SAMPLES:
                texts.append(reading.text[:SAMPLE_CHARS])

    def _page(self, post: str) -> Page:
        # As in a running site, a title counts once something is published there.
        texts = self._pages.get(post, [])
        return Page(title=post if texts else "", texts=tuple(texts))

    def _tally(self, comment: LabelledComment, host: str) -> Tally:
        now = comment.at or _UNDATED
        counts, gone = Counter[Status](), defaultdict[Status, float](float)
        for one in self._hosts.get(host, ()):
            counts[one.status] += 1
            gone[one.status] += faded(now - one.at)
        return Tally(
            published=counts[Status.PUBLISHED],
            spam=counts[Status.SPAM],
            faded_published=gone[Status.PUBLISHED],
            faded_spam=gone[Status.SPAM],
        )

    def _alike(self, comment: LabelledComment, reading: Reading) -> Alike:
        now = comment.at or _UNDATED
        ever = self._same.get(reading.normal_hash, ())
        same = [one for one in ever if now - one.at <= SAME_KEPT]
        sharing = {
            id(one): one
            for band in reading.bands
            for one in self._bands.get(band, ())
            if one.normal_hash != reading.normal_hash
            and not (comment.author and one.author == comment.author)
        }.values()
        near = [one for one in sharing if now - one.at <= NEAR_KEPT]
        copied = [one for one in ever if _is_good(one) and one.author != comment.author]
        return Alike(
            same=len(same),
            same_other_pages=sum(one.post != comment.post for one in same),
            near=len(near),
            spam=_spam(same) + _spam(near),
            near_today=sum(now - one.at <= NEAR_TODAY for one in near),
            copied=len(copied),
            copied_here=sum(one.post == comment.post for one in copied),
            nearly_copied=sum(map(_is_good, sharing)),
        )


def _spam(some: Iterable[_Earlier]) -> int:
    return sum(one.status is Status.SPAM for one in some)


def _is_good(one: _Earlier) -> bool:
    return one.status is Status.PUBLISHED


def _hosts(reading: Reading) -> set[str]:
    return {host for host in (*reading.hosts, reading.website_host) if host}

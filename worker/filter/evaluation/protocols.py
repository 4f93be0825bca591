"""Ways to measure: which comments teach, which are scored, and in what order.

Nothing that is scored has taught before, and thresholds are told where they come from.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from service.domain.errors import MalformedInput
from service.domain.policy import SitePolicy
from worker.filter.evaluation.comments import CommentFile, LabelledComment
from worker.filter.evaluation.metrics import mean_of
from worker.filter.evaluation.results import Part, Result
from worker.filter.evaluation.sites import FrozenModel, TextSite, WholeSite
from worker.filter.evaluation.streams import Prepared, Scores, Site, prepared, run
from worker.filter.evaluation.training import trained
from worker.filter.model import Base

TRAINING_SHARE = 0.7
"""Of each class, as Alberto, Lochter and Almeida split (TubeSpam, 2015)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What all protocols may be told."""

    base: Base | None = None
    """What the filter starts from; None for nothing."""
    is_full: bool = False
    """All checks that need no database, or else the text model alone."""
    policy: SitePolicy = field(default_factory=SitePolicy)
    """Of the scored sites, where all checks are asked: their own origins."""
    ham: Sequence[CommentFile] = ()
    """Files from elsewhere whose good comments teach beside others, from nothing."""
    seed: int = 1
    """Of what is drawn: hostile labels, tricks."""

    def learner(self) -> Site:
        """A new site that learns from every decision."""
        if self.is_full:
            return WholeSite(self.base, self.policy, learns_text=True)
        return TextSite(self.base)

    def unlearning(
        self, model: Base, stream: Sequence[Prepared], before: Sequence[Prepared] = ()
    ) -> Scores:
        """The scores of a text model that stays as it is.

        With all checks, those on hosts, repeats and copied words still learn, from
        what came before in the stream.

        :param before: comments of the same site that came before the stream.
        """
        if not self.is_full:
            return run(FrozenModel(model), stream, learns=False)
        site = WholeSite(model, self.policy, learns_text=False)
        for one in before:
            site.learn(one, one.is_spam)
        return run(site, stream, learns=True)


def split(files: Sequence[CommentFile], setting: Setting, *, dated: bool) -> Result:
    """The first 70 % of each class teach, the others are scored; each file by itself.

    :param dated: by date instead of by the file's order, which may run backwards.
    :raises MalformedInput: if dates are wanted and missing.
    """
    name = "split-dated" if dated else "split"

    def measured(file: CommentFile) -> Scores:
        if dated and not file.is_dated:
            raise MalformedInput(
                f"{file.name}: {name} needs a date for every comment. Complete the "
                "column date, or use split."
            )
        first, rest = halves(file.in_order() if dated else file.comments)
        before = prepared(first)
        model = trained([before], setting.base)
        return setting.unlearning(model, prepared(rest), before)

    return _each(name, files, measured)


def leave_one_out(files: Sequence[CommentFile], setting: Setting) -> Result:
    """Each file is scored by what all others teach.

    :raises MalformedInput: for a single file.
    """
    if len(files) == 1:
        raise MalformedInput("leave-one-out needs two files or more, a site each.")
    sites = {file.name: prepared(file.in_order()) for file in files}

    def measured(file: CommentFile) -> Scores:
        others = [site for name, site in sites.items() if name != file.name]
        return setting.unlearning(trained(others, setting.base), sites[file.name])

    return _each("leave-one-out", files, measured)


def prequential(files: Sequence[CommentFile], setting: Setting) -> Result:
    """Each comment is scored by what came before it, and learned; a file is a site."""

    def measured(file: CommentFile) -> Scores:
        return run(setting.learner(), prepared(file.in_order()), learns=True)

    return _each("prequential", files, measured)


def transfer(
    train: Sequence[CommentFile], test: Sequence[CommentFile], setting: Setting
) -> Result:
    """Some files teach, others are scored without any feedback to the text model.

    The figures over all are of all scores together, as one threshold serves all.

    :raises MalformedInput: if there is neither a base nor a file that teaches, or if a
        file does both.
    """
    model = model_of(train, test, setting)
    sites = [prepared(file.in_order()) for file in test]
    several = [setting.unlearning(model, site) for site in sites]
    whole = sum(several, Scores())
    parts = tuple(
        part_of(file.name, scores) for file, scores in zip(test, several, strict=True)
    )
    return Result(protocol="transfer", figures=whole.figures(), parts=parts)


def model_of(
    train: Sequence[CommentFile], test: Sequence[CommentFile], setting: Setting
) -> Base:
    """The text model that files teach, on top of the base where there is one.

    :raises MalformedInput: as `transfer` says.
    """
    taught = {file.name for file in (*train, *setting.ham)}
    both = taught & {file.name for file in test}
    if both:
        raise MalformedInput(
            f"{', '.join(sorted(both))}: a file cannot both teach and be scored."
        )
    if train:
        sites, ham = (
            [prepared(file.in_order()) for file in files]
            for files in (train, setting.ham)
        )
        return trained(sites, setting.base, ham)
    if setting.base is None:
        raise MalformedInput("There is nothing to learn from: give --train or --base.")
    return setting.base


def halves(
    comments: Sequence[LabelledComment],
) -> tuple[list[LabelledComment], list[LabelledComment]]:
    """The first 70 % of each class, and the rest; both in the order given.

    :raises MalformedInput: if that leaves nothing of a class to teach or to score.
    """
    sizes = {
        kind: sum(one.is_spam is kind for one in comments) for kind in (True, False)
    }
    left = {kind: int(TRAINING_SHARE * size) for kind, size in sizes.items()}
    if min(left.values()) < 1:
        raise MalformedInput("A split needs two comments or more of each label.")
    first, rest = list[LabelledComment](), list[LabelledComment]()
    for one in comments:
        (first if left[one.is_spam] > 0 else rest).append(one)
        left[one.is_spam] -= 1
    return first, rest


def part_of(name: str, scores: Scores) -> Part:
    """The figures of one stream."""
    return Part(
        name=name,
        comments=len(scores.is_spam),
        spam=sum(scores.is_spam),
        figures=scores.figures(),
    )


def _each(
    protocol: str,
    files: Sequence[CommentFile],
    measured: Callable[[CommentFile], Scores],
) -> Result:
    parts = tuple(part_of(file.name, measured(file)) for file in files)
    figures = mean_of([part.figures for part in parts])
    return Result(protocol=protocol, figures=figures, parts=parts)

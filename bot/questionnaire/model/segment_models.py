"""How answers become a segment: four kinds of models, one of which stands under `model:`.

Every kind gives probabilities of the segments from any subset of the answers; a skipped answer is missing,
never a middle. *Keyed* means that a reversed item's value is taken as min + max - x. The arithmetic is in
`bot.scoring.models`, one file for each kind; `docs/models.md` explains them.
"""

import math
from typing import Annotated, Literal

from pydantic import Field

from bot.questionnaire.model.primitives import Id, Model

LEAST_POINTS, MOST_POINTS = 64, 4096


def mean_weight(damping: float, answered: int) -> float:
    """Return what each of so many answers on one scale weighs.

    The j-th answer on a scale would weigh 1 / (1 + damping (j - 1)), because it repeats the ones before;
    the mean of these over the answered items keeps the sum and makes their order irrelevant.
    """
    return math.fsum(1 / (1 + damping * before) for before in range(answered)) / answered


class SegmentModel(Model):
    """What every kind of segment model says about its verdict."""

    unsure_below: float = Field(
        default=0.15,
        ge=0,
        lt=1,
        description="'Not sure' when the two highest probabilities are nearer than this.",
    )
    min_answered: int = Field(default=1, ge=1, description="Fewer answered items give no segment at all.")


class Prototype(SegmentModel):
    """The authors' profile of each segment on each scale.

    The log-likelihood of the answers x_i (reverse-keyed items reversed) under segment k is the sum over i of
    -w(n_s(i)) (x_i - m_k,s(i))^2 / (2 sd^2), where s(i) is the item's scale, n_s the number of answered items
    on it and w the weight below. Probabilities are the softmax over segments plus log shares.
    """

    type: Literal["prototype"] = Field(description="prototype: expert-set profiles.")
    profiles: dict[Id, dict[Id, float]] = Field(
        description="For each segment, its typical value on each scale."
    )
    sd: float = Field(
        gt=0, description="The spread of one answer around a profile, in units of the answer scale."
    )
    damping: float = Field(
        default=1.5, ge=0, description="How much answers on one scale repeat each other; 0: not at all."
    )
    shares: dict[Id, float] | None = Field(
        default=None, description="Expected share of each segment; equal if left out."
    )

    def weight(self, answered: int) -> float:
        """Return what each of so many answers on one scale weighs."""
        return mean_weight(self.damping, answered)


class LatentClass(SegmentModel):
    """Shares of the segments, and how often people of each give each answer to each item.

    The log-likelihood of the answers c_i under segment k is the sum over i of w(n_s(i)) log p_i,k(c_i), where
    s(i) is the first scale that names the item, n_s the number of answered items on it and w the mean weight
    that damping gives; an item on no scale weighs 1. Probabilities are the softmax over segments plus log
    shares. A missing answer has no term, which is exact here: given the segment, items are independent.
    """

    type: Literal["latent-class"] = Field(description="latent-class: shares and choice probabilities.")
    shares: dict[Id, float] = Field(description="The share of each segment.")
    probabilities: dict[Id, dict[Id, tuple[float, ...]]] = Field(
        description="For each item and segment, the probability of each choice, in the order in which the "
        "answer scale lists them (never reversed)."
    )
    damping: float = Field(
        default=1.5, ge=0, description="How much answers on one scale repeat each other; 0: not at all."
    )

    def weight(self, answered: int) -> float:
        """Return what each of so many answers on one scale weighs."""
        return mean_weight(self.damping, answered)


class Rule(Model):
    """One segment's linear score: the intercept plus each weight times the keyed value of its item."""

    intercept: float = Field(description="Added to the weighted values.")
    weights: tuple[float, ...] = Field(min_length=1, description="In the order of the model's items.")


class JointNormal(SegmentModel):
    """The joint distribution of the items' keyed values, under one linear score for each segment.

    A missing answer is what the answers given let expect of it: the items not answered have the normal
    distribution conditioned on the ones that are, so the scores have one too. How scores become
    probabilities is each model's own; both average over fixed quasi-random points of that distribution.
    """

    items: tuple[Id, ...] = Field(
        min_length=1, description="The items of the long form; the order of all numbers below."
    )
    mean: tuple[float, ...] = Field(min_length=1, description="Their mean keyed values.")
    covariance: tuple[tuple[float, ...], ...] = Field(
        min_length=1,
        description="Their covariance, the lower triangle: the first row holds 1 number, the next 2.",
    )
    rules: dict[Id, Rule] = Field(description="Each segment's linear score of the long form.")
    points: int = Field(
        default=256,
        ge=LEAST_POINTS,
        le=MOST_POINTS,
        multiple_of=2,
        description="How many points stand for the plausible long forms, an even number.",
    )


class Linear(JointNormal):
    """A softmax of linear scores, such as a multinomial logistic regression or a discriminant analysis.

    With every item answered, P(k) = softmax_k((intercept_k + sum_i weight_k,i x_i) / temperature). With some
    missing it is the mean of that over the points: the items are marginalised, by the stored mean and
    covariance, never put at a middle.
    """

    type: Literal["linear"] = Field(description="linear: weights and intercepts, softmax with temperature.")
    temperature: float = Field(
        default=1.0, gt=0, description="Above 1 makes the probabilities more even, below 1 more extreme."
    )


class Gaussian(JointNormal):
    """The long form's own rule, which says the segment with the highest score, under a joint normal.

    P(k) is the share of the points at which k has the highest score, as (count + 1/2) / (points + K/2). The
    spread of the points around the expected scores is multiplied by sqrt((tails + d2) / (tails + n)), where n
    is the number of answers and d2 their squared Mahalanobis distance: surprising answers make less sure.
    """

    type: Literal["gaussian"] = Field(description="gaussian: a joint normal under the long form's rule.")
    tails: float | None = Field(
        default=20.0,
        gt=0,
        description="Degrees of freedom of that spread; nothing: the spread of the normal itself.",
    )


AnyModel = Annotated[Prototype | Linear | LatentClass | Gaussian, Field(discriminator="type")]

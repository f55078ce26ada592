"""Say and do: whether those who said they would, did; promoters who referred, detractors who left."""

from __future__ import annotations

from dataclasses import dataclass

from scipy import stats
from scipy.stats import contingency

from service_control.statistics.assumptions import Assumptions
from service_control.statistics.results import Estimate, Refusal


@dataclass(frozen=True, slots=True)
class SayDo:
    """Intention of respondents against their behaviour afterwards; each respondent counts once. Shares are 0 to 1.

    Attributes
    ----------
    precision : of those who said so, how many did; recall : of those who did, how many had said so.
    base_rate : of all, how many did: what precision would be if saying told nothing.
    risk_ratio : doing among those who said so over doing among those who did not; None when nobody of either did.
    """

    respondent_count: int
    precision: Estimate
    recall: Estimate
    base_rate: Estimate
    risk_ratio: Estimate | None


def say_do(
    said_and_did: int, said_only: int, did_only: int, neither: int, *, assumptions: Assumptions
) -> SayDo | Refusal:
    """Precision and recall with Wilson's interval, risk ratio with Katz's (1978).

    Behaviour is followed for one time for all (such as twelve months): who could not be followed that long is left out.
    Returns a Refusal when too few said so or too few did.
    """
    said, did = said_and_did + said_only, said_and_did + did_only
    total = said + did_only + neither
    if min(said, did) < assumptions.box_minimum_n:
        return Refusal(
            "too_few_in_a_box", assumptions.box_minimum_n, min(said, did), "said" if said < did else "did"
        )
    confidence = 1 - assumptions.significance_level

    def share(successes: int, n: int) -> Estimate:
        bounds = stats.binomtest(successes, n).proportion_ci(confidence, method="wilson")
        return Estimate(successes / n, float(bounds.low), float(bounds.high))

    ratio = None
    if said_and_did and did_only:
        found = contingency.relative_risk(said_and_did, said, did_only, total - said)
        bounds = found.confidence_interval(confidence)
        ratio = Estimate(float(found.relative_risk), float(bounds.low), float(bounds.high))
    return SayDo(total, share(said_and_did, said), share(said_and_did, did), share(did, total), ratio)

"""Customer engagement value in euros: lifetime, referral, influencer and feedback value, and who may count what.

Customers are places 0 … n - 1 of arrays. Source: Kumar et al. (2010), Journal of Service Research 13(3), 297-310.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from service_control.errors import InputError
from service_control.statistics.contract_lifetime import ContractLifetime
from service_control.statistics.repeat_buying import RepeatBuying, SpendPerPurchase


def contract_value(
    lifetime: ContractLifetime, renewal: np.ndarray, margin_eur: np.ndarray, discount_rate: float
) -> np.ndarray:
    """CLV of customers with a contract, (n,) in euros: margin per period times DERL.

    Parameters
    ----------
    renewal : (n,), the renewal a customer comes to next, 1 or more.
    margin_eur : (n,), per period.
    discount_rate : per period, above 0.
    """
    return np.asarray(margin_eur, dtype=float) * lifetime.residual_lifetime(renewal, discount_rate)


def purchase_value(
    buying: RepeatBuying,
    spend: SpendPerPurchase,
    frequency: np.ndarray,
    recency: np.ndarray,
    age: np.ndarray,
    mean_spend_eur: np.ndarray,
    *,
    margin_share: float,
    horizon: int,
    discount_rate: float,
) -> np.ndarray:
    """CLV of customers without a contract, (n,) in euros: discounted expected purchases x spend x margin.

    Parameters
    ----------
    frequency, recency, age, mean_spend_eur : (n,), see `RepeatBuying` and `SpendPerPurchase`.
    margin_share : margin per euro spent, 0 to 1.
    horizon : periods to look ahead, in the unit of time of the histories.
    discount_rate : per period; purchases of a period count at its end.
    """
    purchases, _ = buying.discounted_purchases(
        np.arange(1, horizon + 1), discount_rate, frequency, recency, age
    )
    return margin_share * spend.expected_spend(frequency, mean_spend_eur) * purchases


@dataclass(frozen=True, slots=True, kw_only=True)
class Referrals:
    """One place per referred customer in every array; money in euros at the time it falls, discounted by `years_until`.

    Attributes
    ----------
    referrer, referred : places of customers.
    is_incentivised : a reward was promised: counts as referral value; unprompted word of mouth as influencer value.
    would_have_come : chance of becoming a customer anyway, 0 to 1 (from the survey).
    referral_cost_eur, retention_marketing_eur, saved_acquisition_eur : per referred customer.
    years_until : time from today to the start of the referred customer; 0 for those who are there.
    """

    referrer: np.ndarray
    referred: np.ndarray
    is_incentivised: np.ndarray
    would_have_come: np.ndarray
    referral_cost_eur: np.ndarray
    retention_marketing_eur: np.ndarray
    saved_acquisition_eur: np.ndarray
    years_until: np.ndarray


@dataclass(frozen=True, slots=True)
class Influence:
    """`share` (0 to 1) of what influenced `influenced` is due to `influencer`; places of customers, all (m,)."""

    influencer: np.ndarray
    influenced: np.ndarray
    share: np.ndarray


@dataclass(frozen=True, slots=True)
class FeedbackValue:
    """What feedback is worth, item by item, in euros; numbers or arrays of one shape."""

    ideas_eur: np.ndarray
    contacts_prevented_eur: np.ndarray
    research_eur: np.ndarray
    recovered_margin_eur: np.ndarray

    @property
    def total_eur(self) -> np.ndarray:
        """CFV."""
        return self.ideas_eur + self.contacts_prevented_eur + self.research_eur + self.recovered_margin_eur


def feedback_value(
    *,
    idea_value_eur: np.ndarray,
    idea_share: np.ndarray,
    contacts_prevented: np.ndarray,
    contact_cost_eur: float,
    contact_attribution: float,
    completes: np.ndarray,
    panel_cost_eur_per_complete: float,
    recovered_margin_eur: np.ndarray,
) -> FeedbackValue:
    """CFV by item: implemented ideas x share, contacts prevented x cost x attribution, completes x panel cost, margin.

    No formula is agreed upon; attribution and prices are assumptions of the user.
    """
    return FeedbackValue(
        np.asarray(idea_value_eur) * idea_share,
        np.asarray(contacts_prevented) * contact_cost_eur * contact_attribution,
        np.asarray(completes) * panel_cost_eur_per_complete,
        np.asarray(recovered_margin_eur),
    )


@dataclass(frozen=True, slots=True)
class EngagementValue:
    """Per customer, (n,) in euros.

    Attributes
    ----------
    clv, crv, civ, cfv : as defined; they tell what a customer is worth, and may not be summed over customers: the
        margin of a referred customer stands in his own CLV and in the CRV of who brought him.
    allocated : every euro with one owner: margin goes to the referrer as far as the referred customer would not have
        come, of what is left the influencers get their shares, the rest stays. Sums to `company_eur`.
    company_eur : margin of all customers, plus what referrals saved and cost, plus feedback.
    """

    clv: np.ndarray
    crv: np.ndarray
    civ: np.ndarray
    cfv: np.ndarray
    allocated: np.ndarray
    company_eur: float

    @property
    def cev(self) -> np.ndarray:
        """(n,) customer engagement value."""
        return self.clv + self.crv + self.civ + self.cfv


def engagement_value(
    clv: np.ndarray, referrals: Referrals, influence: Influence, cfv: np.ndarray, *, discount_rate: float
) -> EngagementValue:
    """CEV per customer, and its allocation without double count.

    Parameters
    ----------
    clv, cfv : (n,), lifetime and feedback value in euros.
    discount_rate : per year, for what referrals bring later.

    CRV counts margin, less referral cost and retention marketing, for those who would not have come otherwise, and
    saved acquisition for all. Raises InputError when a customer was referred twice, refers or influences himself, or
    when influence on one customer exceeds all of it.
    """
    clv, cfv = np.asarray(clv, dtype=float), np.asarray(cfv, dtype=float)
    count = len(clv)
    _check(count, referrals, influence)
    discount = (1 + discount_rate) ** -np.asarray(referrals.years_until, dtype=float)
    brought = 1 - np.asarray(referrals.would_have_come, dtype=float)
    margin = discount * brought * clv[referrals.referred]
    cost = np.asarray(referrals.referral_cost_eur) + np.asarray(referrals.retention_marketing_eur)
    saving = discount * (np.asarray(referrals.saved_acquisition_eur) - brought * cost)
    is_incentivised = np.asarray(referrals.is_incentivised, dtype=bool)
    value = margin + saving
    crv = _sum_by(referrals.referrer, np.where(is_incentivised, value, 0), count)
    civ = _sum_by(referrals.referrer, np.where(is_incentivised, 0, value), count)
    civ += _sum_by(influence.influencer, influence.share * clv[influence.influenced], count)

    left = clv - _sum_by(referrals.referred, margin, count)
    passed_on = influence.share * left[influence.influenced]
    allocated = left - _sum_by(influence.influenced, passed_on, count)
    allocated += _sum_by(influence.influencer, passed_on, count)
    allocated += _sum_by(referrals.referrer, value, count) + cfv
    return EngagementValue(
        clv, crv, civ, cfv, allocated, company_eur=float(clv.sum() + saving.sum() + cfv.sum())
    )


def _sum_by(place: np.ndarray, values: np.ndarray, count: int) -> np.ndarray:
    return np.bincount(np.asarray(place, dtype=int), weights=values, minlength=count).astype(float)


def _check(count: int, referrals: Referrals, influence: Influence) -> None:
    def refuse(problem: str, remedy: str) -> None:
        raise InputError(problem, where="customer engagement value", remedy=remedy)

    if len(np.unique(referrals.referred)) < len(referrals.referred):
        refuse("a customer was referred twice", "keep the first referral")
    if (np.asarray(referrals.referrer) == referrals.referred).any():
        refuse("a customer referred himself", "leave such rows out")
    if (np.asarray(influence.influencer) == influence.influenced).any():
        refuse("a customer influences himself", "own value is CLV: leave such rows out")
    shares = np.asarray(influence.share, dtype=float)
    of_each = _sum_by(influence.influenced, shares, count)
    if (shares < 0).any() or (of_each > 1 + 1e-9).any():
        refuse("shares of influence on one customer exceed 1 or are negative", "divide by their sum")
    would = np.asarray(referrals.would_have_come, dtype=float)
    if ((would < 0) | (would > 1)).any():
        refuse("would_have_come is no share of 0 to 1", "give a share, not a percentage")

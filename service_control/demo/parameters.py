"""The one table of true parameters: everything that was planted in the simulated organisation.

Tests compare what the metrics layer finds with `TRUTH`. No effect of one thing on another is a literal
elsewhere; what only gives colour (the hour of the day, the length of an absence) is written where it is used.
Units: effects on `quality` are in standard deviations of the quality of one contact (its mean is near 0, its
sd near 1); effects on a score are in points of that score; shares are 0-1; rates name their period.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

HISTORY_START = date(2024, 7, 1)
HISTORY_END = date(2026, 6, 30)
MONTH_COUNT = 24
CUSTOMERS_PER_BLOCK = 20_000
"""Scale 1 is one block: its own customers and ten teams. Scale n is n blocks."""

SEGMENTS = ("starters", "families", "seniors", "business")
REGIONS = ("Noord", "Oost", "Zuid", "West")
LANGUAGES = ("nl", "en", "other")
CHANNELS = ("phone", "chat", "email", "web", "letter")
PRODUCTS = ("motor", "home", "liability", "travel", "legal")


@dataclass(frozen=True)
class Department:
    """A department: a team without parent."""

    code: str
    name: str


@dataclass(frozen=True)
class Team:
    """A team: `quality` and `engagement` are its lasting deviation from the mean, in sd."""

    name: str
    department: str
    size: int
    quality: float
    engagement: float


@dataclass(frozen=True)
class Driver:
    """A customer driver. `loading`: correlation with contact quality. Penalty: points lost when it scores
    1-2; reward: points won when it scores 5; both on the scale of the outcome (NPS 0-10, CES 1-7, CSAT 1-5).
    """

    code: str
    mean: float
    loading: float
    nps_penalty: float
    nps_reward: float
    ces_penalty: float
    ces_reward: float
    csat_penalty: float
    csat_reward: float


@dataclass(frozen=True)
class Issue:
    """A reason for contact. `share` of first contacts; `difficulty` lowers the log-odds of being resolved;
    `quality` in sd; `season`: factor on volume for January .. December.
    """

    code: str
    journey: str
    touchpoint: str
    department: str
    share: float
    difficulty: float
    quality: float
    season: tuple[float, ...]


@dataclass(frozen=True)
class Channel:
    """A channel. `quality` in sd; waiting and handling are lognormal (median seconds, sigma of the log); a
    contact meets its service level when it waited at most `sla_seconds`. Nobody handles a web contact: it has
    no employee.
    """

    code: str
    quality: float
    wait_median_seconds: float
    wait_sigma: float
    handle_median_seconds: float
    handle_sigma: float
    sla_seconds: float
    transfer_rate: float


@dataclass(frozen=True)
class Trend:
    """A step in contact quality from `start` up to `end` (exclusive), in sd; scope: all, channel or
    department.
    """

    start: date
    end: date
    scope_kind: str
    scope_code: str
    quality: float


@dataclass(frozen=True)
class Segment:
    """A segment. `share` of customers; contacts per active customer and month; `nps` points on top of the
    base; `value` points on top of every element of value; `churn_per_month`: hazard of a customer without any
    remembered experience; `fee_factor` on the product's fee.
    """

    code: str
    share: float
    contacts_per_month: float
    nps: float
    value: float
    churn_per_month: float
    fee_factor: float
    channels: tuple[float, ...]


@dataclass(frozen=True)
class Product:
    """A product. `share` of customers who hold it at the start; fee and direct cost per month, as means."""

    code: str
    share: float
    monthly_fee_eur: float
    cost_share: float


@dataclass(frozen=True)
class ValueElement:
    """An element of value that the relation survey asks about, and its mean agreement (0-10) over all segments
    alike; `code` is that of the seed elements_of_value.
    """

    code: str
    mean: float


@dataclass(frozen=True)
class MarkBand:
    """Report marks from `lowest` on, and the shares of customers whose relation was weakened, unchanged and
    strengthened.
    """

    code: str
    lowest: float
    relation: tuple[float, float, float]


@dataclass(frozen=True)
class Relation:
    """What a contact did to the relation: shares of who felt negative, neutral and positive, and of the
    intensities 1, 2 and 3 among who felt anything.
    """

    code: str
    sign: tuple[float, float, float]
    intensity: tuple[float, float, float]


@dataclass(frozen=True)
class EmployeeDriver:
    """An employee driver and its weight in engagement (points of engagement per point of the driver)."""

    code: str
    weight: float


@dataclass(frozen=True)
class Truth:
    """All planted parameters. The comments name the unit where the field does not."""

    departments: tuple[Department, ...]
    teams: tuple[Team, ...]
    drivers: tuple[Driver, ...]
    issues: tuple[Issue, ...]
    adjacency: tuple[tuple[str, str], ...]
    channels: tuple[Channel, ...]
    trends: tuple[Trend, ...]
    segments: tuple[Segment, ...]
    products: tuple[Product, ...]
    employee_drivers: tuple[EmployeeDriver, ...]
    facets: tuple[tuple[str, float], ...]  # facet and its mean on 0-6 at engagement 0
    value_elements: tuple[ValueElement, ...]
    mark_bands: tuple[MarkBand, ...]  # from the lowest to the highest
    relations: tuple[Relation, ...]
    # Shares of emotions by journey ("" the others), apart from surprise.
    positive_emotions: tuple[tuple[str, tuple[tuple[str, float], ...]], ...]
    negative_emotions: tuple[tuple[str, tuple[tuple[str, float], ...]], ...]

    # Customers
    joining_share: float = 0.20  # of all customers ever: joined during the history
    segment_move_share: float = 0.06  # of customers: one further version with another segment or region
    consent_share: float = 0.86
    language_shares: tuple[float, ...] = (0.88, 0.09, 0.03)
    region_shares: tuple[float, ...] = (0.14, 0.22, 0.24, 0.40)
    trait_sd: float = 0.9  # lasting attitude of a customer, points of the relation score
    contact_rate_shape: float = 1.6  # gamma shape of the differences in contact rate between customers

    # Contacts
    home_team_share: float = 0.80  # handled by the customer's own team within the department
    business_to_business_share: float = 0.65  # of contacts of business customers: for the business department
    external_share: float = 0.004  # handled by temporary staff that HR does not know
    outbound_share: float = 0.05
    product_registered_share: float = 0.86
    quality_base: float = 0.27
    quality_customer: float = 0.35  # sd between customers
    quality_employee: float = 0.20  # sd between employees
    quality_noise: float = 0.70  # sd of the rest
    quality_per_engagement: float = 0.35  # sd of quality per point of team engagement
    quality_unresolved: float = -0.80
    quality_per_repeat: float = -0.25  # for every earlier contact of the same chain
    resolved_log_odds: float = 1.15
    resolved_per_engagement: float = 0.30  # log-odds per point of team engagement
    registered_when_resolved: float = 0.97  # share registered as resolved
    registered_when_not: float = 0.45
    perceived_when_resolved: float = 0.93  # share of customers who say it is resolved
    perceived_when_not: float = 0.12
    repeat_when_unresolved: float = 0.50  # share that comes back within 14 days
    repeat_adjacent_share: float = 0.35  # of those: on an adjacent issue
    repeat_adjacent_when_resolved: float = 0.05  # resolved, and still back on an adjacent issue
    repeat_mean_days: float = 4.0
    repeat_maximum_days: int = 12  # at most two closed days follow, so a repeat stays within 14
    repeat_rounds: int = 4
    ease_per_wait: float = -0.25  # sd of the driver ease per sd of log waiting time
    phone_wait_peak: float = 1.7  # factor on waiting by phone in the months of the first trend
    complaint_log_odds: float = -3.9
    complaint_per_quality: float = -1.2
    weekday_factors: tuple[float, ...] = (1.25, 1.1, 1.0, 1.0, 1.0, 0.35, 0.0)  # Monday .. Sunday, staffed

    # Answers after a contact
    invited_share: float = 0.66
    delivered_share: float = 0.97
    response_share: float = 0.37
    likert_cuts: tuple[float, ...] = (-1.55, -1.0, -0.35, 0.70)  # of a standard normal: 1|2|3|4|5
    nps_base: float = 8.2
    nps_noise: float = 1.0
    ces_base: float = 5.45
    ces_noise: float = 0.75
    csat_base: float = 4.05
    csat_noise: float = 0.55
    driver_blank_share: float = 0.02
    driver_not_applicable_share: float = 0.03
    nps_blank_share: float = 0.03
    text_share: float = 0.38
    personal_data_share: float = 0.04  # of texts: names the customer, an address or a number
    click_per_quality: float = 0.45  # both sides
    click_shared: float = 0.55  # loading on what happened between the two
    click_employee_bias: float = 0.35  # employees see more clicks than customers
    click_cuts: tuple[float, float] = (-0.9, 0.15)  # no click | neutral | click
    click_employee_share: float = 0.26  # of handled contacts: the employee taps
    eces_estimate_bias: float = 0.40  # employees estimate the customer's effort too friendly, points on 1-7
    eces_estimate_slope: float = 0.60  # per point of the customer's true CES around its mean
    eces_estimate_noise: float = 0.90

    # Imported sentiment, -2..2
    sentiment_per_driver: float = 1.1  # per point of the mean driver score above the middle
    sentiment_driver_middle: float = 3.4
    sentiment_per_nps: float = 0.45  # per point of NPS above the middle, where only that is known
    sentiment_nps_middle: float = 7.2
    sentiment_per_tone: float = 1.0  # of feedback and conversations: low -1, high +1
    sentiment_noise: float = 0.35  # error of the model
    sentiment_noise_before: float = 0.60  # error of the version before it
    sentiment_upgrade: date = date(2026, 1, 5)  # the new version; it also scores the last quarter again
    sentiment_rescored_since: date = date(2025, 10, 1)
    sentiment_label_bound: float = 0.25  # from here positive or negative
    sentiment_mixed_bound: float = 0.5  # good and bad together, and no further from neutral than this

    # From experience to engagement
    loss_aversion: float = 2.0  # a bad contact counts this many times a good one
    memory_per_month: float = 0.75  # share of a remembered experience that is left a month later
    peak_weight: float = 0.5  # remembered month = peak_weight * peak + (1 - peak_weight) * last contact
    experience_bounds: tuple[float, float] = (-6.0, 3.0)
    churn_per_experience: float = -0.32  # log hazard per point of remembered experience
    churn_first_year_factor: float = 1.3
    relation_base: float = 7.75  # NPS relation, 0-10
    relation_per_experience: float = 0.45
    relation_noise: float = 0.9
    mark_base: float = 7.6
    mark_per_attitude: float = 0.7
    mark_noise: float = 0.6
    expectation_base: float = 3.3  # 1-5
    expectation_per_experience: float = 0.45
    expectation_noise: float = 0.8
    relation_ease_base: float = 3.7  # 1-5
    relation_ease_per_experience: float = 0.30
    relation_ease_noise: float = 0.8
    expansion_share: float = 0.10  # of customers: a further product within the history
    expansion_per_experience: float = 0.15  # log share per point of mean remembered experience
    contraction_share: float = 0.05  # of customers with two or more products: one ends
    referral_weights: tuple[float, ...] = (1.0, 3.0, 11.0)  # relative rate: detractor, passive, promoter
    advocacy_shares: tuple[float, ...] = (0.05, 0.015, 0.06)  # speak in public: detractor, passive, promoter
    referred_share: float = 0.22  # of joining customers
    referral_pending_share: float = 0.35  # of all referrals: nobody came (yet)

    # Relation survey
    relation_waves: tuple[date, ...] = (
        date(2024, 10, 7),
        date(2025, 4, 7),
        date(2025, 10, 6),
        date(2026, 4, 6),
    )
    relation_sample_share: float = 0.36
    relation_business_factor: float = 2.0  # business customers are sampled this many times as often
    relation_response_share: float = 0.36
    value_element_sd: float = 1.8  # of the agreement with one element within a segment, before rounding
    value_element_loading: float = 0.6  # correlation of that agreement with the customer's lasting attitude
    value_element_blank_share: float = 0.03  # of each question
    quarantine_days: int = 30  # no relation survey within so many days after a contact

    # Emotion survey: after every contact of a panel, an image, what it did to the relation and a mark
    emotion_panel_share: float = 0.15  # of customers who may be asked
    emotion_response_share: float = 0.85
    emotion_mark_base: float = 7.35
    emotion_mark_per_quality: float = 0.75
    emotion_mark_noise: float = 0.95
    emotion_blank_share: float = 0.02  # of each question
    emotion_surprise_share: float = 0.06  # of those who felt anything
    emotion_text_share: float = 0.60
    emotion_wrong_image_share: float = 0.10  # another emotion of the same sign, drawn as the right one was
    emotion_wrong_label_share: float = 0.10  # of the imported model, likewise
    emotion_reviewed_share: float = 0.02  # of explained images: a reviewer says what was felt
    emotion_sentiment: float = 1.1  # score of an explanation per unit of its sign
    # Peak and end: who had enough moments in a journey is asked to look back on it, -3 to 3
    journey_minimum_moments: int = 3
    journey_gap_days: int = 30  # a journey is over when nothing followed for so long
    looking_back_share: float = 0.80
    looking_back_per_peak_end: float = 0.75  # points per point of the mean of peak and end
    looking_back_per_mean: float = 0.0  # of the mean of all moments, at the same peak and end
    looking_back_noise: float = 0.6

    # Employees
    pulse_response_share: float = 0.84
    pulse_blank_share: float = 0.03
    leave_per_month: float = 0.010
    leave_per_engagement: float = -0.6  # log hazard per point of team engagement
    transfer_share: float = 0.30  # of vacancies: filled by a colleague from another team
    absence_per_month: float = 0.07
    absence_per_engagement: float = -0.5  # log rate per point of team engagement
    driver_team_sd: float = 0.25  # of one driver of a team around its engagement
    driver_quarter_sd: float = 0.15
    person_sd: float = 0.6
    engagement_noise: float = 0.3
    employee_driver_base: float = 3.5  # 1-5
    employee_driver_slope: float = 0.9  # points on 1-5 per point of the driver
    employee_driver_noise: float = 0.35
    facet_per_engagement: float = 0.85  # points on 0-6
    facet_noise: float = 0.6
    esat_base: float = 3.8
    esat_per_engagement: float = 0.6
    esat_noise: float = 0.5
    enps_base: float = 7.5
    enps_per_engagement: float = 1.2
    enps_noise: float = 1.0
    eces_base: float = 4.7
    eces_per_engagement: float = 0.5
    eces_step: float = 0.5  # from the third trend on: the new system helps
    eces_noise: float = 0.8

    # What is done with answers
    feedback_seen_share: float = 0.88  # of answers about a contact: seen by the employee
    feedback_median_hours: float = 9.0  # from answer to being seen; lognormal
    feedback_hours_sigma: float = 1.1
    released_share: float = 0.30  # of words of customers who consent: released for the public
    withdrawn_share: float = 0.05  # of those: withdrawn later


FLAT = (1.0,) * 12
WINTER = (1.35, 1.25, 1.1, 0.95, 0.85, 0.85, 1.0, 0.9, 0.85, 0.95, 1.15, 1.3)
SUMMER = (0.8, 0.8, 0.9, 1.0, 1.15, 1.3, 1.4, 1.3, 1.0, 0.85, 0.75, 0.75)
RENEWAL = (1.5, 1.15, 0.9, 0.85, 0.85, 0.85, 0.85, 0.85, 0.9, 1.0, 1.2, 1.5)

TRUTH = Truth(
    departments=(
        Department("D1", "Klantcontact"),
        Department("D2", "Schade"),
        Department("D3", "Polisbeheer"),
        Department("D4", "Zakelijk"),
    ),
    teams=(
        Team("Klantcontact Noord", "D1", 12, 0.10, 0.55),
        Team("Klantcontact Oost", "D1", 11, 0.00, 0.10),
        Team("Klantcontact Zuid", "D1", 10, -0.05, -0.70),
        Team("Klantcontact West", "D1", 9, -0.10, -0.15),
        Team("Schade Particulier", "D2", 10, 0.05, 0.30),
        Team("Schade Auto", "D2", 9, -0.15, -0.45),
        Team("Schade Letsel", "D2", 4, 0.15, 0.60),
        Team("Polisbeheer", "D3", 7, 0.00, -0.20),
        Team("Polisbeheer Bijzonder", "D3", 3, 0.05, 0.20),
        Team("Zakelijk", "D4", 5, 0.05, 0.35),
    ),
    drivers=(
        Driver("ease", 0.00, 0.62, 1.10, 0.30, 1.00, 0.45, 0.40, 0.15),
        Driver("attention", 0.10, 0.64, 0.55, 0.20, 0.10, 0.05, 0.25, 0.10),
        Driver("understanding", 0.05, 0.66, 0.70, 0.30, 0.30, 0.10, 0.30, 0.10),
        Driver("empathy", -0.15, 0.60, 0.60, 0.45, 0.05, 0.05, 0.20, 0.15),
        Driver("helpful", 0.20, 0.68, 0.90, 0.25, 0.40, 0.20, 0.50, 0.25),
        Driver("trusted", 0.10, 0.55, 0.40, 0.20, 0.05, 0.05, 0.10, 0.05),
        Driver("positive", 0.05, 0.60, 0.35, 0.35, 0.05, 0.05, 0.20, 0.20),
        Driver("responsible", -0.10, 0.64, 1.00, 0.20, 0.35, 0.10, 0.40, 0.15),
    ),
    issues=(
        Issue("quote_request", "purchase", "quote", "D1", 0.10, -0.3, 0.10, RENEWAL),
        Issue("coverage_question", "purchase", "advice", "D1", 0.10, 0.1, 0.05, SUMMER),
        Issue("new_policy", "onboarding", "acceptance", "D1", 0.08, 0.0, 0.10, RENEWAL),
        Issue("policy_documents", "onboarding", "documents", "D1", 0.08, -0.5, 0.05, FLAT),
        Issue("change_address", "policy_change", "moving", "D3", 0.06, -0.6, 0.10, SUMMER),
        Issue("change_cover", "policy_change", "cover", "D3", 0.07, 0.0, 0.00, FLAT),
        Issue("report_claim", "claim", "report", "D2", 0.11, 0.3, 0.00, WINTER),
        Issue("claim_status", "claim", "progress", "D2", 0.12, 0.5, -0.25, WINTER),
        Issue("claim_payout", "claim", "payout", "D2", 0.06, 0.2, -0.05, WINTER),
        Issue("premium_invoice", "payment", "invoice", "D1", 0.12, -0.1, -0.05, RENEWAL),
        Issue("payment_arrears", "payment", "arrears", "D1", 0.05, 0.4, -0.20, FLAT),
        Issue("cancel_policy", "leaving", "cancellation", "D1", 0.05, 0.1, -0.15, RENEWAL),
    ),
    adjacency=(
        ("quote_request", "coverage_question"),
        ("quote_request", "new_policy"),
        ("coverage_question", "quote_request"),
        ("coverage_question", "change_cover"),
        ("new_policy", "policy_documents"),
        ("new_policy", "premium_invoice"),
        ("policy_documents", "coverage_question"),
        ("change_address", "policy_documents"),
        ("change_cover", "policy_documents"),
        ("change_cover", "premium_invoice"),
        ("report_claim", "claim_status"),
        ("claim_status", "claim_payout"),
        ("claim_payout", "cancel_policy"),
        ("premium_invoice", "payment_arrears"),
        ("payment_arrears", "cancel_policy"),
        ("cancel_policy", "premium_invoice"),
    ),
    channels=(
        Channel("phone", 0.10, 95, 0.9, 420, 0.5, 180, 0.14),
        Channel("chat", 0.05, 40, 0.8, 600, 0.5, 90, 0.10),
        Channel("email", -0.15, 18_000, 0.7, 480, 0.5, 28_800, 0.12),
        Channel("web", 0.00, 0, 0.0, 0, 0.0, 0, 0.0),
        Channel("letter", -0.25, 172_800, 0.5, 900, 0.4, 259_200, 0.16),
    ),
    trends=(
        Trend(date(2025, 4, 1), date(2025, 7, 1), "channel", "phone", -0.30),
        Trend(date(2026, 2, 1), date(2026, 7, 1), "department", "D2", -0.25),
        Trend(date(2025, 10, 1), date(2026, 7, 1), "all", "", 0.20),
    ),
    segments=(
        Segment("starters", 0.24, 0.25, 0.00, -0.2, 0.0082, 0.85, (0.26, 0.34, 0.16, 0.23, 0.01)),
        Segment("families", 0.38, 0.26, 0.05, 0.1, 0.0058, 1.10, (0.44, 0.20, 0.20, 0.14, 0.02)),
        Segment("seniors", 0.29, 0.21, 0.25, 0.4, 0.0042, 1.00, (0.66, 0.04, 0.17, 0.06, 0.07)),
        Segment("business", 0.09, 0.32, -0.25, -0.9, 0.0070, 2.40, (0.46, 0.12, 0.32, 0.08, 0.02)),
    ),
    products=(
        Product("motor", 0.56, 62.0, 0.72),
        Product("home", 0.52, 38.0, 0.60),
        Product("liability", 0.34, 9.0, 0.45),
        Product("travel", 0.24, 14.0, 0.62),
        Product("legal", 0.15, 21.0, 0.55),
    ),
    employee_drivers=(
        EmployeeDriver("feedback", 0.40),
        EmployeeDriver("autonomy", 0.25),
        EmployeeDriver("collegial_support", 0.20),
        EmployeeDriver("alignment", 0.15),
    ),
    facets=(
        ("energy", 3.9),
        ("motivation", 4.2),
        ("enthusiasm", 4.1),
        ("passion", 3.7),
        ("strength", 4.0),
        ("dedication", 4.4),
        ("learning_ability", 4.3),
        ("resilience", 3.8),
    ),
    value_elements=(
        ValueElement("reduces_risk", 8.2),
        ValueElement("reduces_effort", 7.2),
        ValueElement("reduces_cost", 6.3),
        ValueElement("informs", 7.9),
        ValueElement("reduces_anxiety", 7.8),
        ValueElement("rewards_me", 5.5),
    ),
    mark_bands=(
        MarkBand("1_5", 1.0, (0.60, 0.33, 0.07)),
        MarkBand("6_7", 6.0, (0.30, 0.46, 0.24)),
        MarkBand("8", 8.0, (0.22, 0.42, 0.36)),
        MarkBand("9_10", 9.0, (0.14, 0.36, 0.50)),
    ),
    relations=(
        Relation("weakened", (0.80, 0.14, 0.06), (0.20, 0.45, 0.35)),
        Relation("unchanged", (0.22, 0.38, 0.40), (0.50, 0.40, 0.10)),
        Relation("strengthened", (0.03, 0.09, 0.88), (0.20, 0.50, 0.30)),
    ),
    positive_emotions=(
        ("", (("joy", 0.45), ("trust", 0.40), ("anticipation", 0.15))),
        ("purchase", (("joy", 0.35), ("trust", 0.20), ("anticipation", 0.45))),
    ),
    negative_emotions=(
        ("", (("anger", 0.45), ("disgust", 0.20), ("sadness", 0.20), ("fear", 0.15))),
        ("claim", (("anger", 0.30), ("disgust", 0.10), ("sadness", 0.15), ("fear", 0.45))),
    ),
)

# fmt: off
DIRT: dict[str, dict[str, int]] = {
    "crm/customers": {
        "duplicate_identical": 3, "duplicate_conflicting": 2, "missing_key": 2, "unparseable_date": 3,
        "future_date": 2, "unknown_enum": 2, "too_few_fields": 1, "unknown_column": 1,
    },
    "crm/contracts": {
        "duplicate_identical": 2, "duplicate_conflicting": 2, "missing_key": 2, "unparseable_date": 2,
        "future_date": 2, "orphan_customer": 3, "negative_amount": 2, "too_few_fields": 1,
    },
    "crm/transactions": {
        "duplicate_identical": 2, "missing_key": 1, "future_date": 2, "orphan_customer": 3,
    },
    "crm/contacts": {
        "duplicate_identical": 3, "duplicate_conflicting": 2, "missing_key": 2, "future_date": 2,
        "negative_seconds": 3, "orphan_customer": 3, "unknown_enum": 2,
    },
    "crm/referrals": {
        "duplicate_identical": 1, "missing_key": 1, "unparseable_date": 1, "future_date": 1,
        "orphan_customer": 2,
    },
    "crm/advocacy_events": {
        "duplicate_identical": 1, "future_date": 1, "orphan_customer": 1, "out_of_range": 1,
    },
    "crm/feedback_items": {
        "duplicate_identical": 1, "missing_key": 1, "unparseable_date": 1, "future_date": 1,
        "orphan_customer": 1, "unknown_enum": 2,
    },
    "crm/utterances": {
        "duplicate_identical": 2, "orphan_contact": 2, "out_of_range": 2, "unknown_enum": 1,
    },
    "crm/text_scores": {
        "duplicate_identical": 2, "missing_key": 1, "unparseable_date": 1, "out_of_range": 1,
        "unknown_enum": 2,
    },
    "hr/employees": {
        "duplicate_identical": 1, "duplicate_conflicting": 1, "missing_key": 1, "unparseable_date": 1,
        "future_date": 1, "out_of_range": 1, "too_few_fields": 1,
    },
    "hr/teams": {
        "duplicate_identical": 1, "missing_key": 1,
    },
    "hr/team_memberships": {
        "duplicate_identical": 1, "unparseable_date": 1, "orphan_employee": 2, "orphan_team": 1,
    },
    "hr/absences": {
        "duplicate_identical": 1, "unparseable_date": 1, "future_date": 1, "orphan_employee": 1,
    },
    "hr/labour_costs": {
        "duplicate_identical": 1, "future_date": 1, "negative_amount": 1, "orphan_employee": 1,
    },
    "survey/exports/contact_survey": {
        "duplicate_identical": 3, "duplicate_conflicting": 2, "missing_key": 2, "unparseable_date": 2,
        "future_date": 2, "orphan_contact": 3, "out_of_scale": 4, "unknown_code": 4, "too_few_fields": 1,
        "unknown_column": 2,
    },
    "survey/exports/relation_survey": {
        "duplicate_identical": 1, "missing_key": 1, "out_of_scale": 3, "unknown_code": 3,
    },
    "survey/exports/emotion_survey": {
        "duplicate_identical": 1, "missing_key": 1, "out_of_scale": 2, "unknown_code": 2,
    },
    "survey/exports/employee_pulse": {
        "duplicate_identical": 2, "out_of_scale": 2, "unknown_code": 2, "unknown_item": 2,
    },
    "survey/responses": {
        "duplicate_identical": 1, "missing_key": 1, "future_date": 1, "orphan_contact": 2, "unknown_enum": 1,
        "carrier": 5,
    },
    "survey/answers": {
        "duplicate_identical": 2, "orphan_response": 2, "out_of_scale": 2, "unknown_code": 2,
        "unknown_item": 1,
    },
    "survey/invitations": {
        "duplicate_identical": 1, "missing_key": 1, "unparseable_date": 1, "future_date": 1,
        "unknown_enum": 1,
    },
    "survey/feedback_actions": {
        "duplicate_identical": 1, "missing_key": 1, "unparseable_date": 1, "future_date": 1, "unknown_enum": 1,
    },
}
# fmt: on
"""Dirty rows per delivered table and kind, for every block. They are extra rows: without them the clean
figures are the same. `carrier`: a sound response whose only purpose is to carry one dirty answer
(out_of_scale, unknown_code and unknown_item of survey/answers). In the exports the row of a dirty answer is
such a carrier itself. `unknown_column` counts columns, not rows.
"""

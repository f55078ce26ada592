"""Reviews as orchestration/metric_review.py keeps them."""


def model(dbt, session):
    """All hints of all reviews."""
    from orchestration.metric_review import stored

    return stored("hints")

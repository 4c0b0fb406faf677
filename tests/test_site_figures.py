"""What the site weighs and what building it costs. What a first view asks for is looked at in a browser."""

import building
import pytest


@pytest.mark.slow
def test_a_build_costs_little_more_than_a_stock_build_of_the_same_pages():
    """One round of a noisy machine; the aim is held to by `python tests/benchmarks/building.py`."""
    found = building.measure(2)

    assert found["pages"]["ours"] == found["pages"]["stock"] > 100
    assert found["ratio"] < 1.8

"""How many random examples a property is held against."""

import os

from hypothesis import HealthCheck, Phase, settings

# JUSTIQ_EXAMPLES=20 runs twenty times as many, other ones each time; CI always runs the same few.
FACTOR = int(os.environ.get("JUSTIQ_EXAMPLES", "1"))


def examples(number):
    return settings(
        max_examples=number * FACTOR,
        derandomize=FACTOR == 1,
        deadline=None,
        database=None,
        # To look for the simplest example that fails takes minutes.
        phases=[phase for phase in Phase if FACTOR > 1 or phase not in (Phase.shrink, Phase.explain)],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


class Undo(Exception):
    """Ends an example; what it did is rolled back."""

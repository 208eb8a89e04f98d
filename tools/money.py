"""Arithmetic of money, exact to the cent; the one place in which amounts are rounded.

A printed total is always the sum of the printed rows: each row is rounded once, when it is stored, and totals add what
is stored. Where a total comes first (a flat rate, shares of a plan), `percents` or `distribute` cuts it into rows that
add up to it.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from .period import CENT

HUNDRED = Decimal(100)


def exact(amount) -> Decimal:
    """A monetary float as the exact number of cents that the database holds."""
    return Decimal(str(amount or 0)).quantize(CENT, rounding=ROUND_HALF_UP)


def part(amount, numerator, denominator) -> Decimal:
    """`amount * numerator / denominator`, rounded to the cent, halves away from zero; of nothing: nothing."""
    denominator = Decimal(str(denominator or 0))
    if not denominator:
        return Decimal(0)
    share = Fraction(exact(amount)) * Fraction(Decimal(str(numerator or 0))) / Fraction(denominator)
    return _round(share)


def percent(amount, rate) -> Decimal:
    """The rate, a percentage, of the amount, rounded to the cent."""
    return part(amount, rate, HUNDRED)


def distribute(total, weights: Sequence) -> list[Decimal]:
    """Cut a total into parts in proportion to the weights, by the largest remainder.

    The parts add up to the total to the cent, and each differs from its exact
    share by less than a cent. Without any weight, all of it is the first part.
    """
    cents = int(exact(total) / CENT)
    exact_weights = [Fraction(Decimal(str(weight or 0))) for weight in weights]
    whole = sum(exact_weights)
    if not whole:
        return [exact(total) if index == 0 else Decimal(0) for index in range(len(exact_weights))]
    return _cut(cents, [cents * weight / whole for weight in exact_weights])


def percents(amounts: Sequence, rate) -> list[Decimal]:
    """The rate of the sum of the amounts, rounded once, as rows: one for each amount, by the largest remainder.

    Amounts may be negative, as credit notes are; each row differs from the exact
    rate of its amount by less than a cent.
    """
    factor = Fraction(Decimal(str(rate or 0)))
    total = percent(sum(map(exact, amounts), Decimal(0)), rate)
    return _cut(int(total / CENT), [Fraction(exact(amount)) * factor for amount in amounts])


def _cut(cents, shares):
    """Whole cents that add up to `cents`, where the exact shares do so but for a rounding."""
    parts = [share.__floor__() for share in shares]
    by_remainder = sorted(range(len(shares)), key=lambda index: (parts[index] - shares[index], index))
    for index in by_remainder[: cents - sum(parts)]:
        parts[index] += 1
    return [Decimal(part_) * CENT for part_ in parts]


def _round(amount: Fraction) -> Decimal:
    precise = Decimal(abs(amount.numerator)) / Decimal(amount.denominator)
    rounded = precise.quantize(CENT, rounding=ROUND_HALF_UP)
    return -rounded if amount < 0 else rounded

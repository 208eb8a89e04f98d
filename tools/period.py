"""Arithmetic of funding years, exact to the cent (rules.md, "S18-S21 in exact terms")."""

import math
from calendar import monthrange
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

CENT = Decimal("0.01")
MONTHS_PER_YEAR = 12


def months_between(start: date, end: date) -> Fraction:
    """Length in months of the period from start to end, both days included.

    A calendar month that lies in the period as a whole counts one; every other
    day counts one part of the days of its month. The lengths of adjoining
    periods therefore always add up to the length of both together.
    """
    if end < start:
        return Fraction(0)
    whole = (end.year - start.year) * MONTHS_PER_YEAR + end.month - start.month + 1
    before_start = Fraction(start.day - 1, _days_in_month(start))
    after_end = Fraction(_days_in_month(end) - end.day, _days_in_month(end))
    return whole - before_start - after_end


def calendar_years(start: date, end: date):
    """Cut the period into calendar years; the first and the last may be shorter."""
    while start <= end:
        year_end = min(date(start.year, MONTHS_PER_YEAR, 31), end)
        yield start, year_end
        start = year_end + timedelta(days=1)


def round_to_cent(amount: Fraction) -> Decimal:
    """Round a positive amount half up to the cent."""
    exact = Decimal(amount.numerator) / Decimal(amount.denominator)
    return exact.quantize(CENT, rounding=ROUND_HALF_UP)


def amount_per_full_year(amount: Decimal, months: Fraction) -> Decimal:
    """Extrapolate the amount of a period to twelve months (S20)."""
    if not months:
        return Decimal(0)
    return round_to_cent(Fraction(amount) * MONTHS_PER_YEAR / months)


def highest_amount(limit: Decimal, months: Fraction) -> Decimal:
    """The highest amount in cents of which a full year stays within the limit (S19)."""
    cents = (Fraction(limit) + Fraction(1, 200)) * months / MONTHS_PER_YEAR * 100
    return Decimal(math.ceil(cents) - 1) * CENT


def lowest_amount(limit: Decimal, months: Fraction) -> Decimal:
    """The lowest amount in cents of which a full year reaches the limit (S18)."""
    cents = (Fraction(limit) - Fraction(1, 200)) * months / MONTHS_PER_YEAR * 100
    return Decimal(max(math.ceil(cents), 0)) * CENT


def _days_in_month(day: date) -> int:
    return monthrange(day.year, day.month)[1]

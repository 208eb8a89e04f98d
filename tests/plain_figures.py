"""Figures computed in plain Python from the rows of the database, without any code of the module.

What the guideline and the grant notice say is written down here a second time, as simply as possible: slow loops over
single rows, exact fractions, one rounding at the end. The tests hold the module's figures against these.
"""

from calendar import monthrange
from collections import defaultdict
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

CENT = Decimal("0.01")
DAY = timedelta(days=1)


def cents(value):
    """A number of the database or of a field, exact to the cent."""
    return Decimal(str(value or 0)).quantize(CENT, rounding=ROUND_HALF_UP)


def rounded(fraction):
    """A fraction to the cent, halves away from zero."""
    hundredths, rest = divmod(abs(fraction.numerator) * 100, fraction.denominator)
    hundredths += 2 * rest >= fraction.denominator
    return Decimal(hundredths if fraction >= 0 else -hundredths) * CENT


def to_whole_cents(parts):
    """Exact parts as whole cents that add up to their rounded sum: who lacks most of a cent is rounded up first."""
    down = [part * 100 // 1 for part in parts]
    missing = int(rounded(sum(parts, Fraction(0))) / CENT) - sum(down)
    order = sorted(range(len(parts)), key=lambda index: down[index] - parts[index] * 100)
    for index in order[:missing]:
        down[index] += 1
    return [cent * CENT for cent in down]


def exact(value):
    return Fraction(str(value or 0))


def months(start, end):
    """Length of a period: each day is one part of the days of its month."""
    length, day = Fraction(0), start
    while day <= end:
        length += Fraction(1, monthrange(day.year, day.month)[1])
        day += DAY
    return length


def age(birth, day):
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


class Rows:
    """The rows of a grant, read as they are stored."""

    def __init__(self, env, grant):
        env.flush_all()
        self.cr, self.grant_id = env.cr, grant.id

    def select(self, statement):
        self.cr.execute(statement, {"grant": self.grant_id})
        names = [column.name for column in self.cr.description]
        return [dict(zip(names, row, strict=True)) for row in self.cr.fetchall()]


class Money(Rows):
    """Plan, vouchers and calls of one grant."""

    def __init__(self, env, grant):
        super().__init__(env, grant)
        [self.of_grant] = self.select(
            "SELECT esf_rate, share_esf, share_federal FROM justiq_grant WHERE id = %(grant)s"
        )
        self.years = self.select(
            """
            SELECT id, date_start, date_end, esf_rate, share_esf, share_federal
              FROM justiq_funding_year WHERE grant_id = %(grant)s
            """
        )
        self.lines = self.select(
            """
            SELECT line.id, funding_year_id, baustein_id, number, kind, cost_category_id, planned_amount, esf_amount,
                   flat_rate_id, micro_project_id
              FROM justiq_budget_line line JOIN justiq_baustein baustein ON baustein.id = baustein_id
             WHERE grant_id = %(grant)s
            """
        )
        self.rates = {
            row["id"]: row
            for row in self.select(
                """
                SELECT rate.id, rate, array_agg(justiq_cost_category_id) AS bases
                  FROM justiq_flat_rate rate JOIN justiq_flat_rate_base_rel ON justiq_flat_rate_id = rate.id
                 WHERE grant_id = %(grant)s GROUP BY rate.id
                """
            )
        }
        self.vouchers = self.select(
            """
            SELECT line.id, justiq_amount AS amount, justiq_eligible_share AS share, justiq_payment_date AS paid,
                   justiq_due_date AS due, COALESCE(justiq_voucher_date, date) AS dated, kind, number,
                   justiq_baustein_id AS baustein_id, justiq_cost_category_id AS category_id,
                   justiq_budget_line_id AS line_id, justiq_micro_project_id AS project_id
              FROM account_analytic_line line JOIN justiq_baustein baustein ON baustein.id = justiq_baustein_id
             WHERE justiq_grant_id = %(grant)s
            """
        )
        plan = {line["id"]: line for line in self.lines}
        for voucher in self.vouchers:
            voucher["eligible"] = rounded(exact(voucher["amount"]) * exact(voucher["share"]) / 100)
            voucher["year_id"] = self._year_of(voucher["paid"] or voucher["dated"])
            share = self._esf_share(plan.get(voucher["line_id"]), voucher["year_id"])
            voucher["esf"] = rounded(Fraction(voucher["eligible"]) * share)
            voucher["esf_only"] = self.without_federal(voucher["esf"], voucher["year_id"])

    def shares(self, year_id):
        """The shares of a funding year; outside of all, those of the grant."""
        return next((year for year in self.years if year["id"] == year_id), self.of_grant)

    def without_federal(self, esf, year_id):
        """ESF money alone of an amount that the funder pays: limits for micro-projects know no federal money."""
        own, federal = (exact(self.shares(year_id)[name]) for name in ("share_esf", "share_federal"))
        return rounded(Fraction(esf) * own / (own + federal)) if federal else esf

    def _esf_share(self, line, year_id):
        if line and line["planned_amount"]:
            return exact(line["esf_amount"]) / exact(line["planned_amount"])
        return exact(self.shares(year_id)["esf_rate"]) / 100

    def _year_of(self, day):
        for year in self.years:
            if year["date_start"] <= day <= year["date_end"]:
                return year["id"]
        return None

    # ------------------------------------------------------------
    # Spending
    # ------------------------------------------------------------

    def sums(self, vouchers):
        """(spent, ESF money of it, committed)"""
        spent, esf, committed = Decimal(0), Decimal(0), Decimal(0)
        for voucher in vouchers:
            if voucher["paid"]:
                spent += voucher["eligible"]
                esf += voucher["esf"]
            else:
                committed += voucher["eligible"]
        return spent, esf, committed

    def flat_rates(self, vouchers, name):
        """{(year, rate, Baustein): what these vouchers make of it}, of their eligible amounts or their ESF money.

        The grant notice grants a percentage of what a funding year costs, whatever was
        planned: the exact percentages of its Bausteine, rounded once for all of them.
        """
        result = {}
        for year in self.years:
            for rate in self.rates.values():
                base = [one for one in vouchers if one["year_id"] == year["id"] and one["category_id"] in rate["bases"]]
                bausteine = sorted({(one["number"], one["baustein_id"]) for one in base})
                exact_parts = [
                    sum(exact(one[name]) * exact(rate["rate"]) / 100 for one in base if one["baustein_id"] == baustein)
                    for _number, baustein in bausteine
                ]
                keys = [(year["id"], rate["id"], baustein) for _number, baustein in bausteine]
                result.update(zip(keys, to_whole_cents(exact_parts), strict=True))
        return result

    def of_line(self, line):
        if not line["flat_rate_id"]:
            return self.sums(voucher for voucher in self.vouchers if voucher["line_id"] == line["id"])
        found = self._spent_and_committed(self.vouchers)
        key = (line["funding_year_id"], line["flat_rate_id"], line["baustein_id"])
        return tuple(self.flat_rates(vouchers, name).get(key, Decimal(0)) for vouchers, name in found)

    def of_year(self, year_id, kinds=("individual", "group")):
        """Vouchers of the year, whether they have a budget line or not, and their flat rates."""
        all_kinds = [one for one in self.vouchers if one["year_id"] == year_id]
        vouchers = [one for one in all_kinds if one["kind"] in kinds]
        bausteine = {one["baustein_id"] for one in vouchers}
        flat = [
            sum(amount for key, amount in self.flat_rates(part, name).items() if key[2] in bausteine)
            for part, name in self._spent_and_committed(all_kinds)
        ]
        return tuple(map(sum, zip(self.sums(vouchers), flat, strict=True)))

    def _spent_and_committed(self, vouchers):
        paid, unpaid = ([one for one in vouchers if bool(one["paid"]) == is_paid] for is_paid in (True, False))
        return (paid, "eligible"), (paid, "esf"), (unpaid, "eligible")

    def esf_only_of_groups(self, year_id):
        """ESF money spent in group Bausteine, without federal money: of each voucher and of each flat rate."""
        in_year = [one for one in self.vouchers if one["paid"] and one["year_id"] == year_id]
        paid = [one for one in in_year if one["kind"] == "group"]
        bausteine = {one["baustein_id"] for one in paid}
        flat = [
            self.without_federal(amount, year_id)
            for key, amount in self.flat_rates(in_year, "esf").items()
            if key[2] in bausteine
        ]
        return sum((one["esf_only"] for one in paid), Decimal(0)) + sum(flat, Decimal(0))

    def of_project(self, project_id):
        """(spent, ESF money of it without federal money)"""
        mine = [voucher for voucher in self.vouchers if voucher["project_id"] == project_id and voucher["paid"]]
        return tuple(sum((voucher[name] for voucher in mine), Decimal(0)) for name in ("eligible", "esf_only"))

    # ------------------------------------------------------------
    # Plan
    # ------------------------------------------------------------

    def planned(self, year_id):
        """(planned, ESF money, ESF money of group Bausteine)"""
        lines = [line for line in self.lines if line["funding_year_id"] == year_id]
        return (
            sum(cents(line["planned_amount"]) for line in lines),
            sum(cents(line["esf_amount"]) for line in lines),
            sum(self.planned_esf_only(line) for line in lines if line["kind"] == "group"),
        )

    def planned_esf_only(self, line):
        return self.without_federal(cents(line["esf_amount"]), line["funding_year_id"])

    def planned_of_project(self, project_id):
        """(planned, ESF money of it without federal money)"""
        lines = [line for line in self.lines if line["micro_project_id"] == project_id]
        return sum(cents(line["planned_amount"]) for line in lines), sum(map(self.planned_esf_only, lines))

    def per_full_year(self, year_id):
        """S20: the ESF money of group Bausteine, extrapolated to twelve months."""
        year = next(year for year in self.years if year["id"] == year_id)
        length = months(year["date_start"], year["date_end"])
        return rounded(Fraction(self.planned(year_id)[2]) * 12 / length)

    def flat_rate_total(self, year_id, rate_id):
        """What the lines of a flat rate have to add up to in a year: (planned, ESF money)."""
        rate = self.rates[rate_id]
        base = [
            line
            for line in self.lines
            if line["funding_year_id"] == year_id and line["cost_category_id"] in rate["bases"]
        ]
        return tuple(
            rounded(sum(exact(line[name]) for line in base) * exact(rate["rate"]) / 100)
            for name in ("planned_amount", "esf_amount")
        )

    # ------------------------------------------------------------
    # Call for funds
    # ------------------------------------------------------------

    def call(self, start, end, extra=0, received=0, requested=0):
        """Figures of a call for funds: what is due, what is in hand, what is called.

        What a payment has cost the funder before, or will cost in the period: its ESF
        money, and that of the flat rates that it brings along.
        """
        before = [voucher for voucher in self.vouchers if voucher["paid"] and voucher["paid"] < start]
        due = [voucher for voucher in self.vouchers if self._is_due(voucher, start, end)]
        extra_esf = rounded(exact(extra) * exact(self.shares(self._year_of(start))["esf_rate"]) / 100)
        spent = self._esf_with_flat_rates(before)
        until_end = self._esf_with_flat_rates(before + due)
        in_hand = cents(received) + cents(requested) - spent
        due_esf = sum((voucher["esf"] for voucher in due), Decimal(0))
        return {
            "due_amount": sum((voucher["eligible"] for voucher in due), Decimal(0)),
            "due_esf_amount": due_esf,
            "flat_esf_amount": until_end - spent - due_esf,
            "spent_esf_amount": spent,
            "in_hand_amount": in_hand,
            "amount": max(until_end + extra_esf - cents(received) - cents(requested), Decimal(0)),
        }

    def _esf_with_flat_rates(self, vouchers):
        own = sum((voucher["esf"] for voucher in vouchers), Decimal(0))
        return own + sum(self.flat_rates(vouchers, "esf").values())

    def _is_due(self, voucher, start, end):
        if voucher["paid"]:
            return start <= voucher["paid"] <= end
        return (voucher["due"] or voucher["dated"]) <= end


class People(Rows):
    """Persons and participations of one grant."""

    def __init__(self, env, grant):
        super().__init__(env, grant)
        self.persons = {
            row["id"]: row
            for row in self.select(
                """
                SELECT enrolment.id, date_entry, birth_date, case_file.gender, enrolment.is_counted
                  FROM justiq_enrolment enrolment JOIN justiq_case_file case_file ON case_file.id = case_file_id
                 WHERE enrolment.grant_id = %(grant)s
                """
            )
        }
        self.participations = self.select(
            """
            SELECT participation.id, enrolment_id, baustein_id, kind, micro_project_id, date_start
              FROM justiq_participation participation JOIN justiq_baustein baustein ON baustein.id = baustein_id
             WHERE participation.grant_id = %(grant)s
            """
        )
        self.minutes = self.select(
            """
            SELECT participation_id, minutes FROM justiq_case_note note
             WHERE participation_id IN (SELECT id FROM justiq_participation WHERE grant_id = %(grant)s)
               AND NOT EXISTS (SELECT FROM justiq_case_note WHERE amends_id = note.id)
            """
        )
        self.attendances = self.select(
            """
            SELECT participation_id, session.date_start, session.date_end
              FROM justiq_attendance attendance JOIN justiq_session session ON session.id = session_id
             WHERE session.grant_id = %(grant)s AND attendance.state = 'present'
            """
        )

    def by(self, key):
        """{value: (persons, participations, contacts, hours)}, a person once per value."""
        groups = defaultdict(list)
        for row in self.participations:
            groups[key(row, self.persons[row["enrolment_id"]])].append(row)
        return {value: self._figures(rows) for value, rows in groups.items()}

    def _figures(self, rows):
        contacts = [self._contacts(row) for row in rows]
        return (
            len({row["enrolment_id"] for row in rows}),
            len(rows),
            sum(map(len, contacts)),
            round(float(sum(map(sum, contacts))), 6),
        )

    def _contacts(self, row):
        """The length in hours of each contact: an entry of the log, or a session in a micro-project."""
        if row["kind"] == "individual":
            notes = [one for one in self.minutes if one["participation_id"] == row["id"]]
            return [Fraction(note["minutes"] or 0, 60) for note in notes]
        present = [one for one in self.attendances if one["participation_id"] == row["id"]]
        return [Fraction(int((one["date_end"] - one["date_start"]).total_seconds()), 3600) for one in present]

    def age_group(self, person):
        years = age(person["birth_date"], person["date_entry"])
        for end, name in ((15, "00_14"), (18, "15_17"), (21, "18_20"), (25, "21_24")):
            if years < end:
                return name
        return "25_over"

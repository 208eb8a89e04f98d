from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date

from ..tools import period

ONE_DAY = timedelta(days=1)


class FundingYear(models.Model):
    """A funding year (Förderjahr): the part of a grant that is planned together.

    The years of a grant cover its period without gap or overlap. They come with
    the grant; moving the end of a year moves the start of the next, deleting
    one gives its months to the neighbour.

    Coordination and finance create, change and approve the years of their
    companies; team lead and auditor read; the programme administrator may
    delete. An approved year has fixed dates and a fixed plan until it is taken
    back to draft.
    """

    _name = "justiq.funding.year"
    _inherit = [
        "mail.thread",
        "mail.activity.mixin",
        "justiq.transition.mixin",
        "justiq.checked.mixin",
    ]
    _description = "Funding Year"
    _order = "date_start, grant_id, id"

    _initial_states = ("draft",)
    _approved_states = ("approved",)
    _transitions = {
        ("draft", "approved"): "justiq.group_coordinator,justiq.group_finance",
        ("approved", "draft"): "justiq.group_coordinator,justiq.group_finance",
    }

    name = fields.Char(
        compute="_compute_name",
        store=True,
        help="Grant and year: names one funding year in an import file.",
    )
    label = fields.Char(string="Year", compute="_compute_name", store=True)
    grant_id = fields.Many2one(comodel_name="justiq.grant", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="grant_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id", store=True)
    date_start = fields.Date(required=True, tracking=True)
    date_end = fields.Date(required=True, tracking=True)
    month_count = fields.Float(
        string="Months",
        digits=(5, 2),
        compute="_compute_month_count",
        help="Whole months plus the remaining days by the days of their month.",
    )
    state = fields.Selection(
        selection=[("draft", "Draft"), ("approved", "Approved")],
        required=True,
        default="draft",
        copy=False,
        tracking=True,
    )

    _dates_in_order = models.Constraint(
        "CHECK (date_end >= date_start)",
        "The funding year must not end before it starts.",
    )
    # Deferred, because moving the border between two years changes both rows.
    _no_overlap = models.Constraint(
        "EXCLUDE USING gist (int4range(grant_id, grant_id, '[]') WITH &&, "
        "daterange(date_start, date_end, '[]') WITH &&) DEFERRABLE INITIALLY DEFERRED",
        "Two funding years of a grant must not overlap.",
    )

    @api.depends("grant_id.name", "date_start", "date_end")
    def _compute_name(self):
        for year in self:
            year.label = year._year_label()
            year.name = f"{year.grant_id.name} {year.label}".strip()

    def _year_label(self):
        """2022 for a calendar year or a part of one, else 2022/2023."""
        years = {day.year for day in (self.date_start, self.date_end) if day}
        return "/".join(str(number) for number in sorted(years))

    @api.depends("date_start", "date_end")
    def _compute_month_count(self):
        for year in self:
            year.month_count = float(year._months())

    def _months(self):
        """Exact length of the year in months (S20), as a fraction."""
        self.ensure_one()
        if not (self.date_start and self.date_end):
            return 0
        return period.months_between(self.date_start, self.date_end)

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        years = super().create(vals_list)
        years._make_room()
        years._check_cover(years.grant_id)
        return years

    def write(self, vals):
        if not {"date_start", "date_end", "grant_id"} & vals.keys():
            return super().write(vals)
        self._check_draft()
        grants = self.grant_id
        for year in self:
            year._take_neighbours_along(vals)
        result = super().write(vals)
        self.flush_recordset(["date_start", "date_end"])  # an empty date is refused by name
        self._check_cover(grants | self.grant_id)
        return result

    def unlink(self):
        for year in self:
            year._give_months_to_neighbour()
        grants = self.grant_id
        result = super().unlink()
        self._check_cover(grants)
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_approved(self):
        self._check_draft()

    def _check_transition(self, state):
        # sudo: the state decides, also for whoever may not read the grant.
        self.sudo().grant_id._check_not_closed()
        return super()._check_transition(state)

    def _check_draft(self):
        # sudo: the state decides, also for whoever may not read the grant.
        self.sudo().grant_id._check_not_closed()
        approved = self.filtered(lambda year: year.state == "approved")
        if approved:
            raise ValidationError(
                self.env._(
                    "%s is approved, so its plan and its dates are fixed. Take it back to draft first.",
                    approved[0].name,
                )
            )

    # ------------------------------------------------------------
    # No gap, no overlap
    # ------------------------------------------------------------

    def _siblings(self):
        # sudo: the borders of all years hang together, whoever moves one of them.
        return self.grant_id.sudo().funding_year_ids - self

    def _shift(self, **dates):
        """Write the dates of neighbours without moving their own neighbours."""
        self._check_draft()
        return super().write(dates)  # pylint: disable=super-method-mismatch

    def _add(self, vals_list):
        """Create years without cutting others."""
        return super().create(vals_list)  # pylint: disable=super-method-mismatch

    def _remove(self):
        """Delete years without giving their months to others."""
        return super().unlink()  # pylint: disable=super-method-mismatch

    def _take_neighbours_along(self, vals):
        """Move the adjoining border of the next and the previous year."""
        new_end = fields.Date.to_date(vals.get("date_end")) or self.date_end
        new_start = fields.Date.to_date(vals.get("date_start")) or self.date_start
        for sibling in self._siblings():
            if sibling.date_start == self.date_end + ONE_DAY and self.date_end != new_end < sibling.date_end:
                sibling._shift(date_start=new_end + ONE_DAY)
            if sibling.date_end == self.date_start - ONE_DAY and self.date_start != new_start > sibling.date_start:
                sibling._shift(date_end=new_start - ONE_DAY)

    def _make_room(self):
        """A year created inside another one cuts the head or tail off that one."""
        for year in self:
            for sibling in year._siblings() - self:
                if sibling.date_start < year.date_start and sibling.date_end == year.date_end:
                    sibling._shift(date_end=year.date_start - ONE_DAY)
                if sibling.date_start == year.date_start and year.date_end < sibling.date_end:
                    sibling._shift(date_start=year.date_end + ONE_DAY)

    def _give_months_to_neighbour(self):
        siblings = self._siblings()
        for sibling in siblings:
            if sibling.date_end == self.date_start - ONE_DAY:
                return sibling._shift(date_end=self.date_end)
        for sibling in siblings:
            if sibling.date_start == self.date_end + ONE_DAY:
                return sibling._shift(date_start=self.date_start)
        return None

    def _fit(self, grant):
        """Fit the years (all of one grant) to the grant's period.

        Without years, calendar years are proposed. Years outside the period go,
        the first and last are cut or extended, missing calendar years are added.
        """
        inside = self.filtered(
            lambda year: year.date_start <= grant.date_end and year.date_end >= grant.date_start
        ).sorted("date_start")
        outside = self - inside
        outside._check_draft()
        outside._remove()
        pieces = []
        if inside:
            first, last = inside[0], inside[-1]
            if first.date_start < grant.date_start:
                first._shift(date_start=grant.date_start)
            if last.date_end > grant.date_end:
                last._shift(date_end=grant.date_end)
            pieces += first._extend_back(grant.date_start)
            pieces += last._extend_forward(grant.date_end)
        else:
            pieces = list(period.calendar_years(grant.date_start, grant.date_end))
        self._add([{"grant_id": grant.id, "date_start": start, "date_end": end} for start, end in pieces])
        self._check_cover(grant)

    def _extend_back(self, grant_start):
        """Fill up to the start of the grant; the own calendar year is extended."""
        pieces = list(period.calendar_years(grant_start, self.date_start - ONE_DAY))
        if pieces and pieces[-1][1].year == self.date_start.year:
            self._shift(date_start=pieces.pop()[0])
        return pieces

    def _extend_forward(self, grant_end):
        pieces = list(period.calendar_years(self.date_end + ONE_DAY, grant_end))
        if pieces and pieces[0][0].year == self.date_end.year:
            self._shift(date_end=pieces.pop(0)[1])
        return pieces

    def _check_cover(self, grants):
        """Refuse years that leave a gap, overlap, or leave the grant's period.

        :raises ValidationError: naming the day at which the years do not adjoin
        """
        # sudo: as above; the message names the border that the user has moved.
        for grant in grants.sudo().exists():
            expected = grant.date_start
            years = grant.funding_year_ids.sorted("date_start")
            if not years:
                raise ValidationError(
                    self.env._("%s needs at least one funding year. Change its dates instead.", grant.name)
                )
            for year in years:
                if year.date_start != expected:
                    self._refuse_border(grant, year, year.date_start, expected)
                expected = year.date_end + ONE_DAY
            if expected != grant.date_end + ONE_DAY:
                self._refuse_border(grant, year, year.date_end, grant.date_end)
        self.flush_model()
        self.env.cr.execute("SET CONSTRAINTS ALL IMMEDIATE")
        self.env.cr.execute("SET CONSTRAINTS ALL DEFERRED")

    def _refuse_border(self, grant, year, found, expected):
        raise ValidationError(
            self.env._(
                "The funding years of %(grant)s must follow each other without gap or "
                "overlap from %(start)s to %(end)s. %(year)s has the border %(found)s, "
                "%(expected)s is expected. Correct this date or those of the grant.",
                grant=grant.name,
                start=format_date(self.env, grant.date_start),
                end=format_date(self.env, grant.date_end),
                year=year.name,
                found=format_date(self.env, found),
                expected=format_date(self.env, expected),
            )
        )

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_approve(self):
        return self._approve_or_justify("approved")

    def action_draft(self):
        self.write({"state": "draft"})

from ast import literal_eval

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

BASES = [
    ("output", "On entry"),
    ("result", "On leaving"),
    ("follow_up", "At the follow-up"),
]
SECTIONS = [
    ("employment", "Employment"),
    ("age", "Age"),
    ("education", "Education"),
    ("background", "Background and disadvantages"),
    ("situation", "Life situation"),
    ("change", "What has changed"),
]
OPERATORS = {"=", "!=", "in", "not in", "<", "<=", ">", ">="}


class IndicatorSet(models.Model):
    """The common indicators of a funding period, as the funder's regulation lists them.

    Everybody with a JUSTiQ role reads them; only the programme administrator
    changes them. A programme names the set that its statistics are made of, so that
    another period, or a correction of the funder, is data.
    """

    _name = "justiq.indicator.set"
    _description = "Set of Indicators"
    _order = "name, id"

    name = fields.Char(required=True, translate=True)
    source = fields.Char(translate=True, help="Regulation and annex.")
    has_non_binary = fields.Boolean(
        string="Non-Binary Shown Apart",
        help="Women, men and non-binary persons have a column each. Otherwise “diverse” and “not stated” share one.",
    )
    indicator_ids = fields.One2many(comodel_name="justiq.indicator", inverse_name="set_id", copy=True)

    def copy_data(self, default=None):
        copies = super().copy_data(default)
        for indicators, values in zip(self, copies, strict=True):
            values["name"] = (default or {}).get("name", self.env._("%s (copy)", indicators.name))
        return copies

    def copy(self, default=None):
        copies = super().copy(default)
        for indicators, copied in zip(self, copies, strict=True):
            own = {indicator.code: indicator for indicator in copied.indicator_ids}
            for indicator in indicators.indicator_ids:
                own[indicator.code].part_of_id = own.get(indicator.part_of_id.code)
        return copies


class Indicator(models.Model):
    """One indicator: how many of the persons who count fulfil a condition.

    The condition is a domain on what the enrolment knows: the answers, the age on
    entry, the gender. Nothing else can be asked, so that nobody who defines
    indicators gets to know more of single persons than the statistics tell.
    Reading and writing are as for the set.
    """

    _name = "justiq.indicator"
    _description = "Indicator"
    _order = "set_id, base, sequence, id"

    set_id = fields.Many2one(comodel_name="justiq.indicator.set", required=True, ondelete="cascade", index=True)
    sequence = fields.Integer(default=10)
    code = fields.Char(required=True, help="Stays the same, so that frozen reports can be compared.")
    name = fields.Char(required=True, translate=True)
    base = fields.Selection(
        selection=BASES,
        required=True,
        default="output",
        help="On entry: of those who entered in the period. On leaving: of those who left in it. At the follow-up: of "
        "those whose follow-up fell into it.",
    )
    section = fields.Selection(selection=SECTIONS, required=True, default="situation")
    criteria = fields.Char(
        string="Condition",
        required=True,
        default="[]",
        help="A domain on the answers of the questionnaire, the age on entry and the gender.",
    )
    part_of_id = fields.Many2one(
        comodel_name="justiq.indicator",
        string="Part of",
        copy=False,  # the copied set has its own
        ondelete="set null",
        index="btree_not_null",
        domain="[('set_id', '=', set_id), ('base', '=', base), ('id', '!=', id)]",
        help="The indicator that contains this one, as “unemployed” contains “long-term unemployed”.",
    )

    _code_unique = models.UniqueIndex("(set_id, code)", "This set already has an indicator with this code.")

    @api.depends("code", "name")
    def _compute_display_name(self):
        for indicator in self:
            indicator.display_name = f"{indicator.code or ''} {indicator.name or ''}".strip()

    @api.constrains("criteria")
    def _check_criteria(self):
        """Refuse conditions on anything but the answers.

        :raises ValidationError: naming what was found and what is possible
        """
        possible = self._criteria_fields()
        for indicator in self:
            try:
                conditions = list(indicator._domain().iter_conditions())
            except (ValueError, SyntaxError, TypeError) as error:
                raise ValidationError(
                    self.env._(
                        "%(indicator)s: the condition “%(found)s” cannot be read. Write a list such as "
                        "[('entry_employment', '=', 'unemployed')].",
                        indicator=indicator.display_name,
                        found=indicator.criteria,
                    )
                ) from error
            for condition in conditions:
                if condition.field_expr not in possible or condition.operator not in OPERATORS:
                    raise ValidationError(
                        self.env._(
                            "%(indicator)s: “%(field)s %(operator)s” cannot be asked. Possible are %(operators)s with "
                            "one of: %(possible)s.",
                            indicator=indicator.display_name,
                            field=condition.field_expr,
                            operator=condition.operator,
                            operators=sorted(OPERATORS),
                            possible=sorted(possible),
                        )
                    )

    @api.constrains("part_of_id", "set_id", "base")
    def _check_part_of(self):
        for indicator in self.filtered("part_of_id"):
            whole = indicator.part_of_id
            if (whole.set_id, whole.base) != (indicator.set_id, indicator.base) or indicator._has_cycle("part_of_id"):
                raise ValidationError(
                    self.env._(
                        "%(indicator)s cannot be part of %(whole)s. Choose an indicator of the same set and time that "
                        "is not part of it itself.",
                        indicator=indicator.display_name,
                        whole=whole.display_name,
                    )
                )

    @api.model
    def _criteria_fields(self):
        """Names of the fields that a condition may speak about. The case room fills it."""
        return set()

    def _domain(self):
        """The condition as a domain on enrolments.

        :raises ValueError, SyntaxError, TypeError: where it is none
        """
        self.ensure_one()
        return Domain(literal_eval(self.criteria.strip()))


class Programme(models.Model):
    """A programme says which indicators its statistics have, and what is too small a number for the public."""

    _inherit = "justiq.programme"

    indicator_set_id = fields.Many2one(
        comodel_name="justiq.indicator.set",
        ondelete="restrict",
        index="btree_not_null",
        help="The statistics of participants are made of these indicators.",
    )
    small_number = fields.Integer(
        string="Smallest Number for the Public",
        default=3,
        required=True,
        help="Smaller numbers of persons are left out of reports for the public, and as many others as are needed so "
        "that nobody can compute them. 1: all numbers are shown.",
    )

    _small_number_in_range = models.Constraint(
        "CHECK (small_number BETWEEN 1 AND 100)",
        "Smallest number for the public: between 1 (all are shown) and 100.",
    )

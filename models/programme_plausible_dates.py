from datetime import date

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError
from odoo.tools import format_date

FIRST_YEAR, LAST_YEAR = 1900, 2199
AUTOMATIC = {"create_date", "write_date"}
READ = {"date": fields.Date.to_date, "datetime": fields.Datetime.to_datetime}


class Base(models.AbstractModel):
    """No date of this module has an absurd year.

    A slip of the pen such as 0022 or 20220 would be stored, and break what is
    computed, printed or exported of it long after. It is refused before anything
    is computed: on entering, in forms, lists, imports and by RPC alike, also in
    the fields that this module adds to models of others.
    """

    _inherit = "base"

    @api.model_create_multi
    def create(self, vals_list):
        if self._entered_dates():
            for vals in vals_list:
                self._check_years(vals)
        return super().create(vals_list)

    def write(self, vals):
        if self._entered_dates():
            self._check_years(vals)
        return super().write(vals)

    def onchange(self, values, field_names, fields_spec):
        if self._entered_dates():
            self._check_years(values)
        return super().onchange(values, field_names, fields_spec)

    @api.model
    @tools.ormcache("self._name")
    def _entered_dates(self):
        """Names of the dates that this module has defined on the model."""
        return frozenset(
            name
            for name, field in self._fields.items()
            if field.type in READ and "justiq" in field._modules and name not in AUTOMATIC
        )

    @api.model
    def _check_years(self, vals):
        """Refuse dates with an absurd year, and what is no date.

        :param vals: values as for `write`
        :raises ValidationError: naming the field, the value and the years that are possible
        """
        for name in self._entered_dates() & vals.keys():
            if vals[name] and not _is_possible(self._fields[name].type, vals[name]):
                raise ValidationError(
                    self.env._(
                        "%(field)s: %(value)s is no date between %(first)s and %(last)s. Please check the year.",
                        field=self._fields[name]._description_string(self.env),
                        value=vals[name],
                        first=format_date(self.env, date(FIRST_YEAR, 1, 1)),
                        last=format_date(self.env, date(LAST_YEAR, 12, 31)),
                    )
                )


def _is_possible(kind, value):
    try:
        return FIRST_YEAR <= READ[kind](value).year <= LAST_YEAR
    except (TypeError, ValueError):
        return False

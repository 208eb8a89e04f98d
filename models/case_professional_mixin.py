from datetime import date

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date

from .programme_checked_mixin import Deviation


class ProfessionalMixin(models.AbstractModel):
    """Work that is assigned to a professional, who needs certificates for it (S25-S28).

    What counts is the day of the assignment: the start of the work, or for whoever
    takes over later the day on which she does, as the server has noted it. For models
    that are held against the rules (`justiq.checked.mixin`) and have a start and an end.
    """

    _name = "justiq.professional.mixin"
    _description = "Assigned to a Professional"

    # The field that names the professional.
    _professional_field = None

    professional_since = fields.Date(
        readonly=True,
        copy=False,
        help="Day on which the professional took over from another one; empty if it is hers from the start.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        # Without this, a default from the client's context could come in.
        return super().create([{**vals, "professional_since": False} for vals in vals_list])

    def write(self, vals):
        if "professional_since" in vals:
            raise ValidationError(
                self.env._(
                    "%s: the server notes this, nobody can enter it.",
                    self._fields["professional_since"]._description_string(self.env),
                )
            )
        name = self._professional_field
        if name not in vals:
            return super().write(vals)
        taken_over = self.filtered(
            lambda record: record._is_assigned() and record[name] and record[name].id != vals[name]
        )
        super(ProfessionalMixin, self - taken_over).write(vals)
        super(ProfessionalMixin, taken_over).write({**vals, "professional_since": fields.Date.context_today(self)})
        return True

    def _is_assigned(self):
        """Whether the work is assigned already, so that another professional takes it over."""
        return True

    def _assignment_day(self):
        """The day on which the professional has to have her certificates."""
        today = fields.Date.context_today(self)
        start = self.date_start or today
        taken_over = min(self.professional_since or start, self.date_end or date.max)
        return max(start, taken_over)

    def _was_over_before(self, rule):
        """Whether the work was done and entered before the rule came into this database."""
        created, came = self._origin.create_date, rule.create_date
        return bool(created and came and created < came and self.date_end and self.date_end < came.date())

    def _lacking_certificate(self, rule, about):
        """Deviations of the records whose professional has no valid certificate on the day.

        :param about: function that names the work, without anything of a young person
        """
        if not rule.skill_type_ids:
            return {}
        records = self.filtered(lambda record: not record._was_over_before(rule))
        certificates = rule._certificates(records[self._professional_field])
        deviations = {}
        for record in records:
            professional, day = record[self._professional_field], record._assignment_day()
            held = certificates.get(professional, self.env["hr.employee.skill"])
            if any(certificate._is_valid_on(day) for certificate in held):
                continue
            deviations[record] = Deviation(
                self.env._(
                    "%(work)s: %(professional)s has no valid certificate on %(day)s, the day of the assignment. Needed "
                    "is one of: %(certificates)s. Enter it with its validity under “Certificates”, or choose another "
                    "professional.",
                    work=about(record),
                    professional=professional.name or self.env._("(nobody)"),
                    day=format_date(self.env, day),
                    certificates=rule._certificate_names(),
                )
            )
        return deviations

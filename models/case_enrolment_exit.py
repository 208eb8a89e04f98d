from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date


class Enrolment(models.Model):
    """Leaving the grant, and coming back.

    Whoever has left takes part in nothing any more: no participation goes on
    after the exit. Coming back, or being taken over into another Baustein, is a
    new participation; it takes the exit back by itself, and the case file tells
    of it. The answers at the exit stay until they are given anew.
    """

    _inherit = "justiq.enrolment"

    @api.constrains("date_exit")
    def _check_exit_after_participations(self):
        self.participation_ids._check_before_exit()

    def _take_exit_back(self, day):
        """The person is there again from this day on; done with the rights of the user."""
        for enrolment in self:
            enrolment.case_file_id._message_log(
                body=self.env._(
                    "Back in %(grant)s from %(day)s on. The exit of %(exit)s is taken back; its answers stay and are "
                    "to be checked at the next exit.",
                    grant=enrolment.grant_id.name,
                    day=format_date(self.env, day),
                    exit=format_date(self.env, enrolment.date_exit),
                )
            )
        self.write({"date_exit": False})


class Participation(models.Model):
    """Nothing goes on after the exit; coming back takes it back."""

    _inherit = "justiq.participation"

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("origin_participation_id"):
                enrolment = self.env["justiq.enrolment"].browse(vals.get("enrolment_id"))
                day = fields.Date.to_date(vals.get("date_start")) or fields.Date.context_today(self)
                exit_date = enrolment.sudo().date_exit  # sudo: asked only; taking it back needs the user's own right
                if exit_date and exit_date < day:
                    enrolment._take_exit_back(day)
        return super().create(vals_list)

    @api.constrains("date_start", "date_end", "enrolment_id")
    def _check_before_exit(self):
        for participation in self:
            last = participation.date_end or participation.date_start
            exit_date = participation.enrolment_id.date_exit
            if exit_date and last > exit_date:
                raise ValidationError(
                    self.env._(
                        "%(participation)s goes on until %(last)s at least, after the exit from the grant on %(exit)s. "
                        "Move or empty the date of the exit in the enrolment, or correct the participation. Whoever "
                        "comes back is taken in with the button “Come back” of the earlier participation.",
                        participation=participation.display_name,
                        last=format_date(self.env, last),
                        exit=format_date(self.env, exit_date),
                    )
                )

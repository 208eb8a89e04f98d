import base64

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date

from ..tools import figures

KINDS = [
    ("website", "Website"),
    ("press", "Press"),
    ("social_media", "Social media"),
    ("poster", "Poster or leaflet"),
    ("event", "Event"),
    ("paper", "Paper for participants"),
    ("other", "Other"),
]
EDITORS = "justiq.group_team_lead,justiq.group_coordinator,justiq.group_finance"
READERS = f"{EDITORS},justiq.group_auditor"


class Publicity(models.Model):
    """A measure that made the funding known, with its proof: a link, or a file such as a poster or a press cutting.

    The narrative report lists the measures of its period, each with what proves it. The hash of the file is kept with
    the measure, so that what was handed in can be told from what was exchanged later.

    Team lead, coordination and finance, who write the narrative reports of their companies, keep the measures; the
    auditor reads them.
    """

    _name = "justiq.publicity"
    _inherit = ["justiq.computed.mixin", "justiq.import.mixin"]
    _description = "Publicity Measure"
    _order = "date desc, id desc"

    grant_id = fields.Many2one(comodel_name="justiq.grant", required=True, ondelete="restrict", index=True)
    company_id = fields.Many2one(related="grant_id.company_id", store=True, index=True)
    date = fields.Date(string="Day", required=True, default=fields.Date.context_today)
    kind = fields.Selection(selection=KINDS, required=True)
    name = fields.Char(string="Measure", required=True)
    description = fields.Text(help="What the public or the participants were told, and how the funders were named.")

    # proof
    link = fields.Char(help="Where it can be seen, as https://...")
    proof = fields.Binary(
        string="Proof File",
        attachment=True,
        copy=False,
        help="A PDF or a picture of it. Young people can be recognised only where they have consented to photos.",
    )
    proof_name = fields.Char(string="File Name", copy=False)
    proof_sha256 = fields.Char(string="SHA-256", compute="_compute_proof_sha256", store=True, copy=False)
    has_proof = fields.Boolean(compute="_compute_has_proof", store=True)

    _link_is_address = models.Constraint(
        r"CHECK (COALESCE(link, '') = '' OR link ~* '^https?://[^\s]+$')",
        "Link: write the whole address without blanks, beginning with https://.",
    )

    @api.depends("proof")
    def _compute_proof_sha256(self):
        for measure in self.with_context(bin_size=False):  # else it would be the hash of the size
            content = measure.proof and base64.b64decode(measure.proof)
            measure.proof_sha256 = figures.fingerprint(content) if content else False

    @api.depends("link", "proof_sha256")
    def _compute_has_proof(self):
        for measure in self:
            measure.has_proof = bool(measure.link or measure.proof_sha256)

    @api.constrains("date", "grant_id")
    def _check_date(self):
        for measure in self:
            # sudo: the period of the grant, also for whoever may not read it.
            grant = measure.sudo().grant_id
            if not grant.date_start <= measure.date <= grant.date_end:
                raise ValidationError(
                    self.env._(
                        "Day: %(day)s lies outside the grant, which lasts from %(start)s to %(end)s, so no report "
                        "would list the measure. Correct the day.",
                        day=format_date(self.env, measure.date),
                        start=format_date(self.env, grant.date_start),
                        end=format_date(self.env, grant.date_end),
                    )
                )

    def _proof_text(self):
        """What proves the measure, in words."""
        self.ensure_one()
        parts = [self.link] if self.link else []
        if self.proof_sha256:
            parts.append(
                self.env._(
                    "File %(name)s, SHA-256 %(hash)s",
                    name=self.proof_name or self.env._("without a name"),
                    hash=self.proof_sha256,
                )
            )
        return "; ".join(parts) or self.env._("no proof")


class Grant(models.Model):
    """How the funding of the grant was made known."""

    _inherit = "justiq.grant"

    publicity_ids = fields.One2many(
        comodel_name="justiq.publicity",
        inverse_name="grant_id",
        groups=READERS,
    )

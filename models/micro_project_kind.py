from odoo import api, fields, models


class MicroProjectKind(models.Model):
    """The kind of a micro-project, and whether the programme funds it (S15-S17).

    Everybody with a JUSTiQ role but the privacy officer reads; only the
    programme administrator writes.
    """

    _name = "justiq.micro.project.kind"
    _inherit = "justiq.micro.project.catalogue"
    _description = "Kind of Micro-Projects"

    is_fundable = fields.Boolean(default=True)
    exclusion = fields.Selection(
        selection=[
            ("qualification", "Longer-term qualification (S15)"),
            ("employment", "Training or employment under section 13(2) SGB VIII (S16)"),
            ("other_code", "Such a measure under another social code (S17)"),
        ],
        string="Not Fundable Because",
    )

    _exclusion_named = models.Constraint(
        "CHECK (is_fundable = (exclusion IS NULL))",
        "Name the reason where a kind is not fundable, and only there.",
    )

    @api.constrains("is_fundable", "exclusion")
    def _check_requirements_of_projects(self):
        # sudo: projects of all providers are bound; nothing is returned.
        self.env["justiq.micro.project"].sudo().with_context(active_test=False).search(
            [("kind_id", "in", self.ids)]
        )._check_again()

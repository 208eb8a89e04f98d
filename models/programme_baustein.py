from odoo import api, fields, models


class Baustein(models.Model):
    """A methodical component of a programme, such as Case Management.

    Everybody with a JUSTiQ role reads; only the programme administrator writes.
    """

    _name = "justiq.baustein"
    _description = "Baustein"
    _order = "programme_id, number, id"
    _rec_names_search = ["name", "code", "complete_name"]

    programme_id = fields.Many2one(
        comodel_name="justiq.programme",
        required=True,
        ondelete="cascade",
        index=True,
    )
    number = fields.Integer(required=True)
    code = fields.Char(required=True, help="CM, ASJ, CL, MP ...")
    name = fields.Char(required=True, translate=True)
    complete_name = fields.Char(
        compute="_compute_complete_name",
        store=True,
        help="Programme code and Baustein code: names one Baustein in an import file.",
    )
    kind = fields.Selection(
        selection=[("individual", "Individual help"), ("group", "Group project")],
        required=True,
        default="individual",
        help="Group: participation is in a micro-project, and the rules on ESF money for micro-projects apply.",
    )
    leads_to_id = fields.Many2one(
        comodel_name="justiq.baustein",
        ondelete="set null",
        copy=False,
        help="The Baustein into which participants shall be led over (S2).",
    )

    # low-threshold contacts under an alias; 0 switches the proposal off
    file_threshold_hours = fields.Float(
        string="Case File from Hours",
        help="From so many hours of low-threshold contacts under one alias a case file is proposed. 0: never.",
    )
    file_threshold_contacts = fields.Integer(
        string="Case File from Contacts",
        aggregator=None,
        help="From so many low-threshold contacts under one alias a case file is proposed. 0: never.",
    )

    _thresholds_not_negative = models.Constraint(
        "CHECK (file_threshold_hours >= 0 AND file_threshold_hours < 'Infinity' AND file_threshold_contacts >= 0)",
        "The thresholds for a case file must not be negative; 0 switches them off.",
    )
    _code_unique = models.Constraint(
        "UNIQUE (programme_id, code)",
        "This programme already has a Baustein with this code.",
    )
    _number_unique = models.Constraint(
        "UNIQUE (programme_id, number)",
        "This programme already has a Baustein with this number.",
    )

    @api.depends("programme_id.code", "code")
    def _compute_complete_name(self):
        for baustein in self:
            baustein.complete_name = f"{baustein.programme_id.code} {baustein.code}"

    @api.constrains("kind")
    def _check_requirements_of_programme(self):
        """The kind decides which rules bind (S18-S22)."""
        requirements = self.programme_id.requirement_ids
        requirements._check_existing_records(requirements._bound_checks())

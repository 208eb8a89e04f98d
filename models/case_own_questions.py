from odoo import api, fields, models


class OwnQuestions(models.Model):
    """A provider's own questions, asked at every enrolment beside those of the funder.

    There is one sheet for each provider, made by itself. Its team lead adds
    questions in the form of any enrolment (“Edit Properties”) and may change the
    sheet; case workers read it. Nobody else sees it, and the answers are for
    case workers and team leads alone.
    """

    _name = "justiq.own.questions"
    _description = "Provider's Own Questions"
    _rec_name = "company_id"

    company_id = fields.Many2one(comodel_name="res.company", required=True, ondelete="cascade", readonly=True)
    definition = fields.PropertiesDefinition(string="Questions")

    _once_per_provider = models.UniqueIndex("(company_id)", "This provider already has its own questions.")

    @api.model
    def _of_companies(self, companies):
        """The sheets of the companies, as a dictionary by company; missing ones are made."""
        # sudo: a sheet is made by whoever enrols the first person; it is empty then.
        sheets = self.sudo().search([("company_id", "in", companies.ids)])
        missing = companies - sheets.company_id
        # sudo: as above
        sheets += self.sudo().create([{"company_id": company.id} for company in missing])
        return {sheet.company_id: sheet for sheet in sheets}


class Enrolment(models.Model):
    """Answers to the provider's own questions."""

    _inherit = "justiq.enrolment"

    own_questions_id = fields.Many2one(
        comodel_name="justiq.own.questions",
        string="Sheet of Own Questions",
        compute="_compute_own_questions_id",
        store=True,
        precompute=True,
        ondelete="restrict",
        groups="justiq.group_case_worker",
    )
    own_answers = fields.Properties(
        definition="own_questions_id.definition",
        string="Own Questions",
        groups="justiq.group_case_worker",
        copy=True,
    )

    @api.depends("grant_id.company_id")
    def _compute_own_questions_id(self):
        sheets = self.env["justiq.own.questions"]._of_companies(self.grant_id.company_id)
        for enrolment in self:
            enrolment.own_questions_id = sheets.get(enrolment.grant_id.company_id)

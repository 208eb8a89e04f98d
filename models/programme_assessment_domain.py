from odoo import fields, models


class AssessmentDomain(models.Model):
    """An area of life that an assessment of a programme scores, or a strength.

    Everybody with a JUSTiQ role reads; only the programme administrator writes.
    What is no longer asked is archived, so that earlier assessments stay readable.
    """

    _name = "justiq.assessment.domain"
    _description = "Domain of the Assessment"
    _order = "programme_id, is_strength, sequence, id"

    programme_id = fields.Many2one(comodel_name="justiq.programme", required=True, ondelete="cascade", index=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    name = fields.Char(required=True, translate=True)
    guidance = fields.Text(
        translate=True, help="What to talk about with the young person; shown while the assessment is made."
    )
    is_strength = fields.Boolean(string="Strength", help="Something to build on; a low score does not call for a goal.")

    # scale
    scale_min = fields.Integer(
        string="Lowest Score", default=1, required=True, aggregator=None, help="The least favourable situation."
    )
    scale_max = fields.Integer(
        string="Highest Score", default=5, required=True, aggregator=None, help="The most favourable situation."
    )
    weak_up_to = fields.Integer(
        default=2,
        required=True,
        aggregator=None,
        help="Up to this score, inclusive, the domain is weak and calls for a goal. 0: never.",
    )

    # 0 stands for "not scored".
    _scale_in_order = models.Constraint(
        "CHECK (scale_min >= 1 AND scale_max > scale_min AND scale_max <= 10)",
        "Scale: the lowest score is at least 1, the highest one is above it and at most 10.",
    )
    _weak_within_scale = models.Constraint(
        "CHECK (weak_up_to >= 0 AND weak_up_to < scale_max)",
        "Weak up to: choose a score below the highest one, or 0 for never.",
    )


class Programme(models.Model):
    _inherit = "justiq.programme"

    assessment_domain_ids = fields.One2many(
        comodel_name="justiq.assessment.domain",
        inverse_name="programme_id",
        string="Domains of the Assessment",
        copy=True,
    )

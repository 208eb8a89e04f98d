from odoo import fields, models


class CaseFile(models.Model):
    """The sections of the case file from which the work starts (S31, S32).

    Plain text, readable to whoever may read the file and to nobody else. They
    are not tracked: what changes in them does not go into the chatter.
    """

    _inherit = "justiq.case.file"

    initial_situation = fields.Text(
        string="Initial and Problem Situation",
        copy=False,
        help="What brings the young person here? What does she or he say, what do others say? What is urgent?",
    )
    life_situation = fields.Text(
        copy=False,
        help="Family, housing, money, health, school or work, free time, who is there for the young person.",
    )
    biography = fields.Text(
        copy=False, help="Important stations and breaks so far: family, moves, schools, training, earlier help."
    )
    potentials = fields.Text(
        copy=False, help="What could grow: interests, dreams, people and places that give strength."
    )
    competences = fields.Text(
        copy=False, help="What the young person can do already: at school, at work, with others, in languages."
    )
    needs = fields.Text(copy=False, help="Which support is needed, and in what order, as agreed with the young person.")
    gender_aspects = fields.Text(
        string="Gender-Related Aspects",
        copy=False,
        help="What matters for the help from the young person's own view, for example roles that others expect (S32).",
    )
    cultural_aspects = fields.Text(
        copy=False,
        help="Languages, migration, ways of living in the family, as far as they matter for the help (S32). "
        "Do not write down a belief here.",
    )

from odoo import fields, models


class Grant(models.Model):
    """Events of a grant from which the years of retention count."""

    _inherit = "justiq.grant"

    last_payment_date = fields.Date(
        string="Last Payment",
        copy=False,
        tracking=True,
        help="Day on which the granting authority has paid for the last time. Enter it when nothing more will come: "
        "from then on the years count for which the records are kept.",
    )
    proof_of_use_date = fields.Date(
        string="Proof of Use Handed In",
        copy=False,
        tracking=True,
        help="Day on which the final proof of use was handed in.",
    )

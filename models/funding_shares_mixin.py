from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools import money

SOURCES = [
    ("esf", "ESF"),
    ("federal", "Federal Money"),
    ("municipality_cash", "Municipality, in Cash"),
    ("seconded_staff", "Seconded Staff"),
    ("third_party", "Third Parties"),
]
# Sources that the funder pays out on a call for funds.
FUNDER_SOURCES = ("esf", "federal")
FUNDERS_MONEY = "ESF money, and the federal money where the grant notice grants any: the funder pays both by one rate."
SHARE_FIELDS = [f"share_{source}" for source, _label in SOURCES]
NOTICE_FIELDS = {*SHARE_FIELDS, "esf_rate"}
# What the ESF money of an amount depends on.
RATE_FIELDS = ("esf_rate", "share_esf", "share_federal")
SHARE_SUM = " + ".join(f"COALESCE({name}, 0)" for name in SHARE_FIELDS)


class SharesMixin(models.AbstractModel):
    """Who pays which percentage of the eligible costs, as the grant notice says.

    The shares of all sources are 100.00 % exactly, or nothing is entered yet.

    The funder pays ESF and federal money together: it is called, spent and accounted
    for by one rate (`esf_rate`, for example 50 + 10 %). The limits on ESF money
    for micro-projects (S18 to S20) speak of ESF money alone. A federal bonus is none,
    neither against the most nor for the least; there, `_esf_part` leaves it out.
    It is asked once per amount that is stored, so that these amounts add up.
    """

    _name = "justiq.shares.mixin"
    _description = "Shares of the Sources"

    share_esf = fields.Float(string="ESF (%)", digits=(5, 2), aggregator=None)
    share_federal = fields.Float(string="Federal Money (%)", digits=(5, 2), aggregator=None)
    share_municipality_cash = fields.Float(string="Municipality, in Cash (%)", digits=(5, 2), aggregator=None)
    share_seconded_staff = fields.Float(string="Seconded Staff (%)", digits=(5, 2), aggregator=None)
    share_third_party = fields.Float(string="Third Parties (%)", digits=(5, 2), aggregator=None)
    share_total = fields.Float(
        string="Total (%)",
        digits=(5, 2),
        compute="_compute_share_total",
        help="100.00 % as soon as the shares of the grant notice are entered.",
    )
    esf_rate = fields.Float(
        string="Funding Rate (%)",
        digits=(5, 2),
        compute="_compute_esf_rate",
        store=True,
        readonly=False,
        aggregator="avg",
    )

    _shares_not_negative = models.Constraint(
        "CHECK (" + " AND ".join(f"COALESCE({name}, 0) >= 0" for name in SHARE_FIELDS) + ")",
        "The share of a source must not be negative.",
    )
    _shares_add_up = models.Constraint(
        f"CHECK ({SHARE_SUM} IN (0, 100))",
        "The shares of all sources must add up to 100.00 % exactly, as in the grant notice. "
        "Correct the shares, or set all of them to 0 until you have the notice.",
    )
    _esf_rate_percent = models.Constraint(
        "CHECK (esf_rate >= 0 AND esf_rate <= 100)",
        "The funding rate is a percentage between 0 and 100.",
    )

    @api.depends(*SHARE_FIELDS)
    def _compute_share_total(self):
        for record in self:
            record.share_total = record._share_total()

    @api.depends(*SHARE_FIELDS)
    def _compute_esf_rate(self):
        for record in self:
            record.esf_rate = record._funder_share() if record._share_total() else record._rate_without_shares()

    def _rate_without_shares(self):
        """The rate as long as the notice has not come."""
        return self.esf_rate

    def _share_total(self):
        return round(sum(self[name] for name in SHARE_FIELDS), 2)

    def _funder_share(self):
        return round(sum(self[f"share_{source}"] for source in FUNDER_SOURCES), 2)

    def _esf_part(self, amount):
        """What is ESF money of an amount that the funder pays, to the cent."""
        if not money.exact(self.share_federal):
            return money.exact(amount)
        return money.part(amount, self.share_esf, self._funder_share())

    # Not on the shares: the rate follows them, unless it is written itself.
    @api.constrains("esf_rate")
    def _check_esf_rate_is_share(self):
        for record in self:
            if record._share_total() and round(record.esf_rate - record._funder_share(), 2):
                raise ValidationError(
                    self.env._(
                        "Funding rate: %(rate)s %% differs from the shares of ESF and federal money, %(shares)s %%. "
                        "Change the shares; the rate follows them.",
                        rate=record.esf_rate,
                        shares=record._funder_share(),
                    )
                )

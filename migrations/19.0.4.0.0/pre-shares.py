"""Why: until now a grant had one set of shares for all its years. A notice that changed in mid-term rewrote approved
years, and the ESF money of a voucher without budget line was that of the rate on the day on which it was saved last.

Each funding year takes the shares of its grant. The ESF money of all vouchers is computed anew by statements over all
of them; what of it, and of the plan, is not federal money is stored beside it. It comes before the module is loaded:
until the shares are there, federal money would count against the limits (S19), and the update would be refused.
"""

from odoo.tools import SQL

SOURCES = ("esf", "federal", "municipality_cash", "seconded_staff", "third_party")
SHARES = (*(f"share_{source}" for source in SOURCES), "esf_rate")
COLUMNS = {
    "justiq_funding_year": SHARES,
    "justiq_budget_line": ("esf_only_amount",),
    "account_analytic_line": ("justiq_esf_only_amount",),
}
ESF_ONLY = """
    CASE WHEN COALESCE(share_federal, 0) = 0 THEN found.esf
         ELSE ROUND(found.esf * COALESCE(share_esf, 0) / (COALESCE(share_esf, 0) + share_federal), 2) END
"""
PLANNED = f"""
    UPDATE justiq_budget_line line
       SET esf_only_amount = {ESF_ONLY}
      FROM (
          SELECT line.id, line.esf_amount AS esf, share_esf, share_federal
            FROM justiq_budget_line line JOIN justiq_funding_year year ON year.id = funding_year_id
      ) AS found
     WHERE found.id = line.id
"""  # noqa: S608 - constants of this file
VOUCHERS = f"""
    WITH found AS (
        SELECT voucher.id, share_esf, share_federal,
               CASE WHEN budget.planned_amount > 0
                    THEN ROUND(justiq_eligible_amount * budget.esf_amount / budget.planned_amount, 2)
                    ELSE ROUND(justiq_eligible_amount * COALESCE(esf_rate, 0) / 100, 2) END AS esf
          FROM account_analytic_line voucher
          JOIN (
              SELECT grant_id, id AS year_id, esf_rate, share_esf, share_federal FROM justiq_funding_year
               UNION ALL
              SELECT id, 0, esf_rate, share_esf, share_federal FROM justiq_grant
          ) AS shares ON grant_id = justiq_grant_id AND year_id = COALESCE(justiq_funding_year_id, 0)
          LEFT JOIN justiq_budget_line budget ON budget.id = justiq_budget_line_id
    )
    UPDATE account_analytic_line voucher
       SET justiq_esf_amount = found.esf, justiq_esf_only_amount = {ESF_ONLY}
      FROM found
     WHERE found.id = voucher.id
"""  # noqa: S608 - as above
SUMS = (
    """
    UPDATE justiq_funding_year year
       SET esf_group_amount = COALESCE((
               SELECT SUM(esf_only_amount) FROM justiq_budget_line
                WHERE funding_year_id = year.id AND baustein_kind = 'group'), 0)
    """,
    """
    UPDATE justiq_micro_project project
       SET esf_planned = COALESCE((
               SELECT SUM(esf_only_amount) FROM justiq_budget_line WHERE micro_project_id = project.id), 0)
    """,
)


def migrate(cr, version):
    for table, names in COLUMNS.items():
        for name in names:
            cr.execute(
                SQL("ALTER TABLE %s ADD COLUMN IF NOT EXISTS %s numeric", SQL.identifier(table), SQL.identifier(name))
            )
    values = SQL(", ").join(
        SQL("%s = %s", SQL.identifier(name), SQL.identifier("justiq_grant", name)) for name in SHARES
    )
    cr.execute(SQL("UPDATE justiq_funding_year SET %s FROM justiq_grant WHERE justiq_grant.id = grant_id", values))
    for statement in (PLANNED, VOUCHERS, *SUMS):
        cr.execute(statement)

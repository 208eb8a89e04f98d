from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

# Beside the answers, what the enrolment knows of the person as it is read under the reference.
KNOWN_OF_PERSON = ("age_at_entry", "gender")


class Indicator(models.Model):
    """Conditions speak about the answers of the questionnaire."""

    _inherit = "justiq.indicator"

    @api.model
    def _criteria_fields(self):
        return {*self.env["justiq.enrolment"]._answer_fields(), *KNOWN_OF_PERSON}

    def _is_readable_under_reference(self):
        """Whether the answers asked for are open to all who read enrolments.

        Special categories of personal data are not: there is a number of them, and no way to the persons.
        """
        self.ensure_one()
        enrolments = self.env["justiq.enrolment"]
        names = {condition.field_expr for condition in self._domain().iter_conditions()}
        return not any(enrolments._fields[name].groups for name in names)


class Enrolment(models.Model):
    """Persons of a grant, counted by the database."""

    _inherit = "justiq.enrolment"

    @api.model
    def _count_by_gender(self, domain, conditions):
        """How many enrolments meet each condition, by gender; one query, however much is asked.

        Numbers only, so that it may be called for whoever reads the grant.

        :param domain: the enrolments to look at
        :param conditions: domain on fields of the enrolment by key
        :return: {(key, gender): number}
        """
        # sudo: numbers of a whole grant, also for roles that read no enrolments; no record leaves this method.
        enrolments = self.sudo().with_context(active_test=False)
        filters = [
            SQL("COUNT(*) FILTER (WHERE %s)", enrolments._search(Domain(condition)).where_clause or SQL("TRUE"))
            for condition in conditions.values()
        ]
        gender = SQL.identifier(self._table, "gender")
        query = enrolments._search(Domain(domain))
        query.groupby = gender
        rows = self.env.execute_query(query.select(gender, *filters))
        return {
            (key, gender): number for gender, *numbers in rows for key, number in zip(conditions, numbers, strict=True)
        }

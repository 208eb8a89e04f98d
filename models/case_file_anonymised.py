from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ..tools.personal_data import erased_fields


class CaseFile(models.Model):
    """A file that was anonymised stays for the figures, and nobody writes it any more.

    The server gets it there only by a run that two persons have agreed on; there is no other step into this state, and
    none out of it. PostgreSQL refuses as well to bring a name back.
    """

    _inherit = "justiq.case.file"

    anonymised_on = fields.Date(readonly=True, copy=False)

    def init(self):
        columns = [SQL.identifier(name) for name in sorted(erased_fields(self))]
        self.env.cr.execute(
            SQL(
                """
                CREATE OR REPLACE FUNCTION justiq_stays_anonymised() RETURNS trigger AS $$
                BEGIN
                    IF NEW.state != 'anonymised' OR (%(new)s) IS DISTINCT FROM (%(old)s) THEN
                        RAISE EXCEPTION 'Case file %% is anonymised, and stays so.', OLD.reference;
                    END IF;
                    RETURN NEW;
                END
                $$ LANGUAGE plpgsql;
                DROP TRIGGER IF EXISTS justiq_case_file_stays_anonymised ON justiq_case_file;
                CREATE TRIGGER justiq_case_file_stays_anonymised BEFORE UPDATE ON justiq_case_file
                FOR EACH ROW WHEN (OLD.state = 'anonymised') EXECUTE FUNCTION justiq_stays_anonymised()
                """,
                new=SQL(", ").join(SQL("NEW.%s", column) for column in columns),
                old=SQL(", ").join(SQL("OLD.%s", column) for column in columns),
            )
        )
        return super().init()

    def write(self, vals):
        self._check_not_anonymised()
        return super().write(vals)

    def _check_not_anonymised(self):
        """Refuse whatever would be written about somebody whom nobody knows any more.

        :raises ValidationError: naming the file by its reference
        """
        # sudo: the state decides, whoever may read the file.
        for case in self.sudo():
            if case.state == "anonymised":
                raise ValidationError(
                    self.env._(
                        "Case file %s is anonymised, which cannot be undone: nothing is written there any more. If the "
                        "young person has come back, open a new case file.",
                        case.reference,
                    )
                )


class CaseClosedMixin(models.AbstractModel):
    """What may still be entered in a closed file may not in an anonymised one."""

    _inherit = "justiq.case.closed.mixin"

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        # sudo: as in `_check_file_not_closed`.
        records.sudo().case_file_id._check_not_anonymised()
        return records

    def write(self, vals):
        # sudo: as in `_check_file_not_closed`.
        self.sudo().case_file_id._check_not_anonymised()
        return super().write(vals)


class CaseAccess(models.Model):
    """Nobody substitutes in an anonymised file; the reason might name whom nobody knows any more."""

    _inherit = "justiq.case.access"

    @api.model_create_multi
    def create(self, vals_list):
        accesses = super().create(vals_list)
        accesses.case_file_id._check_not_anonymised()
        return accesses


class CalendarEvent(models.Model):
    """Nor is there an appointment with somebody whom nobody knows any more; its title might be a name."""

    _inherit = "calendar.event"

    def _check_case_file_readable(self):
        # sudo: the field is for case workers; only the state is asked.
        self.sudo().case_file_id._check_not_anonymised()
        return super()._check_case_file_readable()


class AccessLog(models.Model):
    """The log forgets the free text about a file that was anonymised, and nothing else.

    Who looked at which reference when stays. PostgreSQL lets the text alone be emptied, and only where the row is about
    an anonymised file; so it does not matter who tries, or by which way.
    """

    _inherit = "justiq.access.log"

    def init(self):
        result = super().init()
        self.env.cr.execute(
            """
            CREATE OR REPLACE FUNCTION justiq_access_log_only_forgets() RETURNS trigger AS $$
            BEGIN
                IF NEW.detail IS NULL
                   AND to_jsonb(NEW) - 'detail' = to_jsonb(OLD) - 'detail'
                   AND EXISTS (SELECT FROM justiq_case_file
                                WHERE reference = OLD.file_references AND company_id = OLD.company_id
                                  AND state = 'anonymised')
                THEN
                    RETURN NEW;
                END IF;
                RAISE EXCEPTION '% is append-only: % is refused.', TG_TABLE_NAME, TG_OP;
            END
            $$ LANGUAGE plpgsql;
            DROP TRIGGER justiq_access_log_append_only ON justiq_access_log;
            CREATE TRIGGER justiq_access_log_append_only BEFORE DELETE OR TRUNCATE ON justiq_access_log
            FOR EACH STATEMENT EXECUTE FUNCTION justiq_is_append_only();
            DROP TRIGGER IF EXISTS justiq_access_log_only_forgets ON justiq_access_log;
            CREATE TRIGGER justiq_access_log_only_forgets BEFORE UPDATE ON justiq_access_log
            FOR EACH ROW EXECUTE FUNCTION justiq_access_log_only_forgets()
            """
        )
        return result

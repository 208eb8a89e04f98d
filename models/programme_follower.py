import logging
from functools import partial

from odoo import api, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL

_logger = logging.getLogger(__name__)


class ReadersFollowMixin(models.AbstractModel):
    """Records whose chatter may speak of a young person: only colleagues who may read them follow them and hear of it.

    Within Odoo only. Messages and activities show to whoever may read the record at that moment: what came into
    the inbox before a file was handed over or locked is closed with it.
    """

    _name = "justiq.readers.follow.mixin"
    _inherit = ["mail.thread"]
    _description = "Followed by Its Readers Only"

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        """Only colleagues who may read the record hear of it, and within Odoo only.

        An earlier key worker may still follow the file, somebody may mention an
        outsider, and e-mails leave the house: they would carry name and content.
        """
        recipients = super()._notify_get_recipients(message, msg_vals, **kwargs)
        return self._within_odoo(recipients) if self else recipients

    def _within_odoo(self, recipients):
        users = self.env["res.users"].browse(recipient["uid"] for recipient in recipients if recipient["uid"])
        readers = users.filtered(self._is_readable_by)
        return [recipient | {"notif": "inbox"} for recipient in recipients if recipient["uid"] in readers.ids]

    def message_subscribe(self, partner_ids=None, subtype_ids=None):
        """Add followers; colleagues who may not read the record are left out.

        :raises AccessError: naming who is no colleague
        """
        self._refuse_outsiders(self.env["res.partner"].browse(partner_ids or []))
        return super().message_subscribe(partner_ids, subtype_ids)

    @api.model
    def _refuse_outsiders(self, partners):
        # sudo: only whether somebody is a colleague.
        if outsiders := partners.sudo().filtered("partner_share"):
            raise AccessError(
                self.env._(
                    "%s cannot follow this record: nobody but colleagues who may read it can.",
                    outsiders.mapped("display_name"),
                )
            )

    def _message_subscribe(self, partner_ids=None, subtype_ids=None, customer_ids=None):
        """Where Odoo adds followers by itself, leave out who may not read the record."""
        partners = self.env["res.partner"].browse(partner_ids or [])
        if partners <= self.env.user.partner_id:
            return super()._message_subscribe(partner_ids, subtype_ids, customer_ids)
        for record in self:
            readers = record._readers(partners)
            super(ReadersFollowMixin, record)._message_subscribe(readers.ids, subtype_ids, customer_ids)
        return True

    def _readers(self, partners):
        """Those of the partners who have a user that may read the record."""
        # sudo: which users stand behind the partners; the access is asked as each of them.
        users = partners.sudo().user_ids.filtered(lambda user: user.active and user._is_internal())
        return users.filtered(self._is_readable_by).partner_id.sudo(False)

    def _is_readable_by(self, user):
        # sudo: companies of a colleague, only to ask for her access.
        company = self.sudo().company_id
        # sudo: as above
        if company not in user.sudo().company_ids:
            return False
        return self.with_user(user).with_context(allowed_company_ids=company.ids).has_access("read")


def _is_readable_document(documents, _model, alias, _query):
    """SQL: the document of the row is one of those that the user may read.

    As `EXISTS`, so that PostgreSQL looks up the documents of a few rows instead of gathering all that she may read.
    """
    readable = documents._search([])
    readable.add_where(SQL("%s = %s", SQL.identifier(documents._table, "id"), SQL.identifier(alias, "res_id")))
    return SQL("EXISTS (%s)", readable.select("1"))


class DocumentReaders(models.AbstractModel):
    """What hangs on a record that only its readers follow, by model and id, shows to nobody else."""

    _name = "justiq.document.readers"
    _description = "Follows the Access to Its Document"

    @api.model
    def _models_of_readers(self):
        mixin = self.env.registry["justiq.readers.follow.mixin"]
        return [name for name, model in self.env.registry.items() if issubclass(model, mixin) and not model._abstract]

    @api.model
    def _domain_of_readers(self, model_field):
        """What the user may find: nothing of a record that she may not read."""
        domain = Domain.TRUE
        for name in self._models_of_readers():
            model = self.env[name].with_context(active_test=False)
            shown = Domain(model_field, "!=", name)
            if model.has_access("read"):
                shown |= Domain.custom(to_sql=partial(_is_readable_document, model))
            domain &= shown
        return domain

    @api.model
    def _closed_to_user(self, records, model_field):
        """Those of the records whose document the user may not read."""
        names = set(self._models_of_readers())
        closed = records.browse()
        # sudo: where they belong; the access to it is asked as the user.
        for name, found in records.sudo().grouped(model_field).items():
            if name in names:
                readable = self.env[name].browse(found.mapped("res_id")).exists()._filtered_access("read")
                closed += found.filtered(lambda one, ids=readable._ids: one.res_id not in ids).sudo(False)
        return closed

    @api.model
    def _refuse_closed(self, records, result, model_field, message):
        """The result of `_check_access` of the records, with those refused whose document the user may not read."""
        if self.env.su or not records:
            return result
        forbidden, error = result or (records.browse(), None)
        forbidden += self._closed_to_user(records - forbidden, model_field)
        return (forbidden, error or (lambda: AccessError(message))) if forbidden else None


class MailFollowers(models.Model):
    """Who follows a record about a case file shows to whoever may read it; Odoo shows it to every employee."""

    _inherit = "mail.followers"

    @api.model
    def _search(self, domain, *args, bypass_access=False, **kwargs):
        if not (self.env.su or bypass_access):
            domain = Domain(domain) & self.env["justiq.document.readers"]._domain_of_readers("res_model")
        return super()._search(domain, *args, bypass_access=bypass_access, **kwargs)

    def _check_access(self, operation):
        result = super()._check_access(operation)
        message = self.env._("You may not see who follows this record.")
        return self.env["justiq.document.readers"]._refuse_closed(self, result, "res_model", message)


class MailActivity(models.Model):
    """Activities of a case file follow its access: Odoo leaves them to whoever they are assigned to, for ever."""

    _inherit = "mail.activity"

    @api.model
    def _search(self, domain, *args, bypass_access=False, **kwargs):
        if not (self.env.su or bypass_access):
            domain = Domain(domain) & self.env["justiq.document.readers"]._domain_of_readers("res_model")
        return super()._search(domain, *args, bypass_access=bypass_access, **kwargs)

    def _check_access(self, operation):
        result = super()._check_access(operation)
        message = self.env._("You may not see what is planned for this record.")
        return self.env["justiq.document.readers"]._refuse_closed(self, result, "res_model", message)


class MailMessage(models.Model):
    """Messages of a case file follow its access: Odoo leaves them to their authors and to whoever was mentioned."""

    _inherit = "mail.message"

    @api.model
    def _search(self, domain, *args, bypass_access=False, **kwargs):
        if not (self.env.su or bypass_access):
            domain = Domain(domain) & self.env["justiq.document.readers"]._domain_of_readers("model")
        return super()._search(domain, *args, bypass_access=bypass_access, **kwargs)

    def _get_forbidden_access(self, operation):
        forbidden = super()._get_forbidden_access(operation)
        return forbidden + self.env["justiq.document.readers"]._closed_to_user(self - forbidden, "model")


class MailThread(models.AbstractModel):
    """No e-mail becomes a message or a record here: whoever knows an address could write into a case file."""

    _inherit = "mail.thread"

    def _message_route_process(self, message, message_dict, routes):
        refused = [route for route in routes or () if route[0].startswith("justiq.")]
        if refused:
            _logger.info("Incoming e-mail for %s was refused.", ", ".join(sorted({route[0] for route in refused})))
        routes = [route for route in routes or () if route not in refused]
        return super()._message_route_process(message, message_dict, routes)

from dateutil.relativedelta import relativedelta

from odoo import fields, models

from ..models.case_consent_signature import ADULT_AGE


class ConsentFormReport(models.AbstractModel):
    """Consent forms to be signed, in plain language, filled with the data of one case file.

    Printed by case workers and team leads for the files that they may read.
    """

    _name = "report.justiq.report_consent_form"
    _inherit = "justiq.report.mixin"
    _description = "Consent Forms"

    _printed_model = "justiq.consent.print"

    def _contents(self, wizards):
        # The dialog is the user's own, the file that it names has to be so, too.
        wizards.case_file_id.check_access("read")
        wizards.case_file_id._record_access("print", self._name.removeprefix("report."))
        return {wizard.id: self._content(wizard) for wizard in wizards}

    def _content(self, wizard):
        case, programme = wizard.case_file_id, wizard.grant_id.programme_id
        address = wizard.company_id.partner_id._display_address(without_company=True)
        age = relativedelta(fields.Date.context_today(self), case.birth_date).years
        return {
            "forms": [self._form(form, wizard) for form in wizard.form_ids],
            "person": [
                {"label": self.env._("First and last name"), "text": f"{case.first_name} {case.last_name}"},
                *self._facts(case, ("birth_date", "reference")),
            ],
            "signs_young_person": age >= programme.consent_own_age,
            "signs_guardian": age < ADULT_AGE,
            "address": ", ".join(part.strip() for part in address.splitlines() if part.strip()),
            "email": wizard.company_id.email,
        }

    def _form(self, form, wizard):
        is_passing_on = form.purpose == "passing_on"
        return {
            "title": self._label(form, "purpose"),
            "version": form.version,
            "text": form.text,
            "asks_recipient": is_passing_on,
            # sudo: the name of an organisation of the address book.
            "recipient": is_passing_on and wizard.partner_id.sudo().display_name,
        }

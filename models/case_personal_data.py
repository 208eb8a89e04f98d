"""What the records of a case file tell about the young person, model by model: see `tools/personal_data.py`.

What is emptied when a file is anonymised, and what stays for the figures. A new model says it in its own file.
"""

from odoo import models

from ..tools.personal_data import BIRTH, ERASE, KEEP, THIRD


class CaseFile(models.Model):
    _inherit = "justiq.case.file"

    _personal_data = {
        # A pseudonym whose key is gone: access log, frozen reports and pseudonymous lists name the file by it.
        "reference": KEEP,
        "former_number": ERASE,
        "first_name": ERASE,
        "last_name": ERASE,
        "birth_date": BIRTH,
        "zip": ERASE,
        "city": ERASE,
        "initial_situation": ERASE,
        "life_situation": ERASE,
        "biography": ERASE,
        "potentials": ERASE,
        "competences": ERASE,
        "needs": ERASE,
        "gender_aspects": ERASE,
        "cultural_aspects": ERASE,
        "belief": ERASE,
        "search_key": ERASE,
        "person_key": ERASE,
        "created_despite": ERASE,
    }


class CaseNote(models.Model):
    _inherit = "justiq.case.note"

    _personal_data = {"with_whom": THIRD, "text": ERASE}


class CaseContact(models.Model):
    _inherit = "justiq.case.contact"

    _erases_rows = True
    _personal_data = {"name": THIRD, "phone": THIRD, "may_be_told": ERASE}


class Consent(models.Model):
    _inherit = "justiq.consent"

    _personal_data = {
        "reference": KEEP,
        "form_version": KEEP,
        "guardian_name": THIRD,
        "signature_scan": ERASE,
    }


class Enrolment(models.Model):
    _inherit = "justiq.enrolment"

    # The last day within the age limit is a birthday.
    _personal_data = {"reference": KEEP, "own_answers": ERASE, "age_limit_date": ERASE}


class Participation(models.Model):
    _inherit = "justiq.participation"

    # The number of the funder's portal leads to the person there.
    _personal_data = {"reference": KEEP, "external_number": ERASE}


class ReconciliationLine(models.Model):
    _inherit = "justiq.reconciliation.line"

    _personal_data = {"reference": KEEP, "external_number": ERASE, "code_there": KEEP, "detail": ERASE}


class CaseAssessment(models.Model):
    _inherit = "justiq.case.assessment"

    _personal_data = {"summary": ERASE}


class CaseAssessmentLine(models.Model):
    _inherit = "justiq.case.assessment.line"

    _personal_data = {"remark": ERASE}


class CaseGoal(models.Model):
    _inherit = "justiq.case.goal"

    _personal_data = {"name": ERASE, "reflection": ERASE}


class CaseMeasure(models.Model):
    _inherit = "justiq.case.measure"

    _erases_rows = True
    _personal_data = {"name": ERASE}


class CasePlan(models.Model):
    _inherit = "justiq.case.plan"

    _personal_data = {"remark": ERASE, "content": ERASE, "scan": ERASE}


class CaseReferral(models.Model):
    _inherit = "justiq.case.referral"

    _personal_data = {"offer": ERASE, "reason": ERASE, "outcome": ERASE, "message": ERASE}


class CaseClosing(models.Model):
    _inherit = "justiq.case.closing"

    _personal_data = {"note": ERASE, "reopen_reason": ERASE}


class CaseAccess(models.Model):
    _inherit = "justiq.case.access"

    _personal_data = {"reference": KEEP, "reason": ERASE}


class CaseHandover(models.Model):
    _inherit = "justiq.case.handover"

    _personal_data = {"note": ERASE, "answer": ERASE}


class CaseKeyWorker(models.Model):
    _inherit = "justiq.case.key.worker"

    _personal_data = {"reason": ERASE}


class CaseDuplicate(models.Model):
    _inherit = "justiq.case.duplicate"

    _erases_rows = True


class CaseMerge(models.Model):
    _inherit = "justiq.case.merge"

    # The steps hold what the files were before; without them there is no way back.
    _personal_data = {"reason": ERASE, "summary": KEEP, "steps": ERASE}


class Finding(models.Model):
    _inherit = "justiq.finding"

    _personal_data = {"res_model": KEEP, "message": ERASE, "justification": ERASE}


class OutreachAlias(models.Model):
    _inherit = "justiq.outreach.alias"

    _personal_data = {"name": ERASE}


class OutreachContact(models.Model):
    _inherit = "justiq.outreach.contact"

    _personal_data = {"place": ERASE, "note": ERASE}


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    _erases_rows = True


class MailActivity(models.Model):
    _inherit = "mail.activity"

    _erases_rows = True


class RetentionDecision(models.Model):
    _inherit = "justiq.retention.decision"

    _personal_data = {"reason": ERASE, "end_reason": ERASE}

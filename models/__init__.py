# The rooms, left to right: programme, grant, case, micro-project, funding.
# A room only knows those to its left.

# programme
from . import programme
from . import programme_funder
from . import programme_baustein
from . import programme_question
from . import programme_requirement
from . import programme_consent_form
from . import programme_finding
from . import programme_computed_mixin
from . import programme_checked_mixin
from . import programme_import_mixin
from . import programme_transition_mixin
from . import programme_assessment_domain

# grant
from . import grant_quartier
from . import grant
from . import grant_baustein
from . import grant_funding_year

# case
from . import case_fixed_keys_mixin
from . import case_access_log
from . import case_access_logged_mixin
from . import case_closed_mixin
from . import case_satellite_mixin
from . import case_organisation_mixin
from . import case_file
from . import case_activity
from . import case_report_access
from . import case_file_sections
from . import case_merge
from . import case_file_search
from . import case_duplicate
from . import case_enrolment
from . import case_enrolment_answers
from . import case_enrolment_completeness
from . import case_enrolment_question
from . import case_enrolment_reminder
from . import case_own_questions
from . import case_grant
from . import case_participation
from . import case_note
from . import case_note_quick_entry
from . import case_contact
from . import case_file_merge
from . import case_company
from . import case_settings
from . import case_file_silent
from . import case_calendar_event
from . import case_file_appointment
from . import case_timeline
from . import case_my_day
from . import case_contact_release
from . import case_consent
from . import case_file_consent
from . import case_enrolment_consent
from . import case_belief
from . import case_closing
from . import case_file_closing
from . import case_enrolment_closed
from . import case_file_requirements
from . import case_finding
from . import case_closing_my_day
from . import case_frozen_mixin
from . import case_enrolled_mixin
from . import case_assessment
from . import case_assessment_line
from . import case_goal
from . import case_measure
from . import case_plan
from . import case_referral
from . import case_referral_release
from . import case_file_plan
from . import case_plan_my_day
from . import case_enrolment_my_day
from . import case_merge_consent
from . import case_referral_consent
from . import case_my_day_agenda
from . import case_my_day_team

# micro-project
from . import micro_project_catalogue
from . import micro_project_kind
from . import micro_project
from . import micro_project_requirements
from . import micro_project_staff
from . import micro_project_cooperation
from . import micro_project_session
from . import micro_project_participation
from . import micro_project_attendance
from . import micro_project_totals
from . import micro_project_grant
from . import micro_project_timeline
from . import micro_project_my_day

# funding
from . import funding_cost_category
from . import funding_baustein
from . import funding_grant_shares
from . import funding_plan_line_mixin
from . import funding_budget_line
from . import funding_financing_line
from . import funding_plan_version
from . import funding_funding_year
from . import funding_flat_rate
from . import funding_flat_rate_lines
from . import funding_year_plan
from . import funding_analytic_account
from . import funding_voucher
from . import funding_voucher_rights
from . import funding_spending
from . import funding_voucher_hints
from . import funding_micro_project
from . import funding_grant

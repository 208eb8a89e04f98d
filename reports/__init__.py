# what all printed reports share
from . import report_mixin
from . import report_people_mixin
from . import report_paper
from . import report_tables

# case
from . import access_log_report
from . import consent_form_report
from . import case_plan_report
from . import case_referral_report
from . import case_disclosure_report
from . import child_protection_report

# micro-project
from . import micro_project_report
from . import micro_project_roster_report

# funding
from . import funding_year_report
from . import fund_call_report
from . import staff_hours
from . import staff_report
from . import funder_report
from . import funder_report_workbook

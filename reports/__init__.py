# what all printed reports share
from . import report_mixin
from . import report_people_mixin

# case
from . import consent_form_report

# micro-project
from . import micro_project_report
from . import micro_project_roster_report

# funding
from . import funding_year_report

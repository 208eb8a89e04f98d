from . import case_merge_assistant
from . import case_search
from . import finding_justify
from . import participant_add
from . import session_series
from . import case_close
from . import case_reopen
from . import consent_print

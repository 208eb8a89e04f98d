from . import case_search
from . import finding_justify
from . import participant_add
from . import session_series

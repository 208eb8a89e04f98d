from . import lock
from . import money
from . import names
from . import period
from . import picture
from . import person_table
from . import relink

from . import lock
from . import names
from . import period

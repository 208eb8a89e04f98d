from . import lock
from . import period

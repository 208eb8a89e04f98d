from . import binary
from . import export

from . import controllers, models, reports, wizards
from .hooks import uninstall_hook
from .tools import quiet_log

quiet_log.install()

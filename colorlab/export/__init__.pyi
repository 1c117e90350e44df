from colorlab.export.run import export_run as export_run
from colorlab.export.web import export_web as export_web

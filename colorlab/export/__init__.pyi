from colorlab.export.run import export_run as export_run

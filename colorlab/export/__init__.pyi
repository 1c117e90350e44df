from colorlab.export.onnx import read_onnx as read_onnx
from colorlab.export.onnx import write_onnx as write_onnx
from colorlab.export.run import export_run as export_run

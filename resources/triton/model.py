# A model of Triton's python backend: runs the graph beside it with ONNX Runtime, request by request.
import json
import os

import onnxruntime
import triton_python_backend_utils as pb_utils

PROVIDERS = {"GPU": ["CUDAExecutionProvider", "CPUExecutionProvider"], "CPU": ["CPUExecutionProvider"]}


class TritonPythonModel:
    def initialize(self, args):
        config = json.loads(args["model_config"])
        parameters = {key: value["string_value"] for key, value in config["parameters"].items()}
        path = os.path.join(args["model_repository"], args["model_version"], parameters["clipsam_file"])
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        options.enable_mem_pattern = False
        options.intra_op_num_threads = int(parameters.get("intra_op_thread_count", "0"))
        present = onnxruntime.get_available_providers()
        providers = [name for name in PROVIDERS[args["model_instance_kind"]] if name in present]
        self.session = onnxruntime.InferenceSession(path, options, providers=providers)
        self.inputs = [entry["name"] for entry in config["input"]]
        self.outputs = [entry["name"] for entry in config["output"]]

    def execute(self, requests):
        return [self.answer(request) for request in requests]

    def answer(self, request):
        if request.is_cancelled():
            return pb_utils.InferenceResponse(error=pb_utils.TritonError("cancelled", pb_utils.TritonError.CANCELLED))
        try:
            feeds = {name: pb_utils.get_input_tensor_by_name(request, name).as_numpy() for name in self.inputs}
            values = self.session.run(self.outputs, feeds)
        except Exception as error:
            # The other requests are answered all the same.
            return pb_utils.InferenceResponse(error=pb_utils.TritonError(str(error)))
        tensors = [pb_utils.Tensor(name, value) for name, value in zip(self.outputs, values)]
        return pb_utils.InferenceResponse(output_tensors=tensors)

import { openDockerRuntime } from "../docker.ts";
import { testRuntimeContract } from "../testing/runtime_contract.ts";
import { WITHOUT_DOCKER } from "../testing/without_docker.ts";

testRuntimeContract({
  name: "docker",
  open: (ledger) => openDockerRuntime({ ledger }),
  ignore: WITHOUT_DOCKER,
});

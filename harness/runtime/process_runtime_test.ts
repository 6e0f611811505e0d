import { openProcessRuntime } from "./process.ts";
import { testRuntimeContract } from "./testing/runtime_contract.ts";
import { Tools } from "./tools.ts";

testRuntimeContract({
  name: "process",
  open: (ledger) => Promise.resolve(openProcessRuntime({ ledger, tools: new Tools() })),
  ignore: false,
});

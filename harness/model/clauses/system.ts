import { type Clause, core, WITHOUT_MESH } from "../clause.ts";

export const SYSTEM: readonly Clause[] = [
  core(
    "SYS-01",
    "Every accepted order is charged exactly once, or is rejected and charged never.",
    "Jepsen: exactly-once effects",
    WITHOUT_MESH,
  ),
  core(
    "SYS-02",
    "Stock is never negative and equals the initial stock less confirmed orders.",
    "Jepsen: bank and counter invariants",
    WITHOUT_MESH,
  ),
  core(
    "SYS-03",
    "No accepted order is lost across any schedule within the promised tolerance.",
    "Jepsen: lost updates",
    WITHOUT_MESH,
  ),
  core(
    "SYS-04",
    "After the heal, the system converges within {T}: traffic succeeds, views agree, queues are empty.",
    "Jepsen: recovery after the final heal",
    WITHOUT_MESH,
  ),
  core(
    "SYS-05",
    "No retry storm: upstream attempts / client calls stays below {bound} through fault and heal.",
    "Google SRE book: addressing cascading failures",
    WITHOUT_MESH,
  ),
];

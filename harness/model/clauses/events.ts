import { type Clause, core, WITHOUT_MESH } from "../clause.ts";

export const EVENTS: readonly Clause[] = [
  core(
    "EVT-01",
    "An event published with the order reaches every consumer's view within {T}.",
    "transactional outbox; NATS JetStream",
    WITHOUT_MESH,
  ),
  core(
    "EVT-02",
    "Consumer killed between effect and ack: redelivered, effect happens once.",
    "NATS JetStream: acknowledgement and redelivery",
    WITHOUT_MESH,
  ),
  core(
    "EVT-03",
    "Broker restarted: no acknowledged event is lost.",
    "NATS JetStream: file store",
    WITHOUT_MESH,
  ),
  core("EVT-04", "Order per key is kept.", "NATS JetStream: ordered consumption", WITHOUT_MESH),
  core(
    "EVT-05",
    "A poison message is set aside after {n} tries and does not block the rest.",
    "NATS JetStream: max_deliver",
    WITHOUT_MESH,
  ),
  core(
    "EVT-06",
    "Broker unreachable: the order is accepted, the event leaves through the outbox after the heal, once.",
    "transactional outbox",
    WITHOUT_MESH,
  ),
];

import type { ConnectionCount, HistoryEvent } from "../model/event.ts";
import type { ClauseReport } from "./schema.ts";

/** One event in a line of words, for people. */
export function describeEvent(event: HistoryEvent): string {
  switch (event.kind) {
    case "request.sent":
      return `sent ${event.id} to ${event.service}/${event.method}`;
    case "request.answered":
      return `${event.id} answered ${event.status}${event.message ? ` "${event.message}"` : ""}` +
        (event.instance ? ` by ${event.instance}` : "");
    case "attempt.received":
      return `received ${event.id}, attempt ${event.ordinal}`;
    case "attempt.ended":
      return `ended ${event.id}, attempt ${event.ordinal}: ${event.status}`;
    case "fault":
      return `${event.fault} ${event.edge}${event.detail ? `: ${event.detail}` : ""}`;
    case "fault.hit":
      return `${event.fault} hit connection ${event.connection} of ${event.link}: ${event.detail}`;
    case "push":
      return `push ${event.edge} ${event.type} version ${event.version}${
        event.error ? `: ${event.error}` : ""
      }`;
    case "registry":
      return `${event.operation} ${event.service}/${event.instance} ${event.detail}`;
    case "process":
      return `process ${event.name} ${event.edge} ${event.detail}`;
    case "handshake":
      return `handshake ${event.id} ${event.outcome} leaf ${event.serial} ${event.detail}`;
    case "converged":
      return event.met
        ? `"${event.what}" after ${event.afterMs.toFixed(0)} ms`
        : `"${event.what}" not within ${event.limitMs} ms`;
    case "span":
      return `span ${event.serviceName} ${event.name} ${event.spanId}`;
    case "connection":
      return `connection to the dead ${event.instance}`;
    case "harness.lag":
      return `harness late by ${event.maxMs.toFixed(1)} ms`;
    case "machine.waited":
      return `programs waited for a core for ${event.waitedMs.toFixed(0)} of ${event.windowMs.toFixed(0)} ms`;
    case "instance":
      return `instance ${event.instance} of ${event.service} at ${event.address}`;
    case "connections.counted": {
      const of = ({ toOutbound, toInbound, straight }: ConnectionCount) =>
        `${toOutbound} to its outbound, ${toInbound} to its inbound, ${straight} straight`;
      return `connections in ${event.instance}: by its proxy ${of(event.byProxy)}; by others ${
        of(event.byOthers)
      }`;
    }
    case "phase":
      return `phase "${event.phase}" ${event.edge}s`;
    case "note":
      return event.text;
  }
}

/** The evidence of a clause as two columns: what the caller and the harness saw on the left, what upstreams saw on the right. */
export function timeline(clause: ClauseReport): string[] {
  const left = 58;
  return clause.evidence.map((event) => {
    const time = `${event.t.toFixed(1).padStart(10)} ms `;
    const isUpstream = event.source.startsWith("upstream:");
    if (!isUpstream) return `${time}${event.source}: ${event.text}`;
    return `${time}${" ".repeat(left - 20)}| ${event.source.slice("upstream:".length)}: ${event.text}`;
  });
}

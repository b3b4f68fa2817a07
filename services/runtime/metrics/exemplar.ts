/** The trace that an event belongs to, as an exemplar shows it; empty where it belongs to none. Takes a W3C `traceparent`. */
export function exemplarOf(traceparent: string | undefined): { trace_id?: string } {
  const id = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/.exec(traceparent ?? '')?.[1];
  return id === undefined ? {} : { trace_id: id };
}

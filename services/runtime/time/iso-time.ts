/** A time as it is told outside: RFC 3339, in UTC. @param ms milliseconds since 1970 */
export function isoTime(ms: number): string;
export function isoTime(ms: number | null): string | undefined;
export function isoTime(ms: number | null): string | undefined {
  return ms === null ? undefined : new Date(ms).toISOString();
}

/** A time as it is told outside: RFC 3339, in UTC; undefined where there is none. @param ms milliseconds since 1970 */
export function isoTime(ms: number): string;
export function isoTime(ms: number | null | undefined): string | undefined;
export function isoTime(ms: number | null | undefined): string | undefined {
  return ms === null || ms === undefined ? undefined : new Date(ms).toISOString();
}

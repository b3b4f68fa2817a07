import { duration, instantOf } from '../format.js';
import { inMine } from '../words/pick.js';
import { de, en, fr } from '../words/seen.js';

const words = inMine({ en, fr, de });
const instant = (at: string): string => (Number.isNaN(Date.parse(at)) ? at : instantOf(at));
const place = (where = ''): string => (where === 'here' ? words.here : where);

/** What was written down when an item was looked at, or a form taken (orders/follow.ts, draft.ts, send.ts); what a person wrote stays as it is. */
export function written(text: string): string {
  const gone = /^seen gone from (.*)$/s.exec(text);
  if (gone) return words.gone(place(gone[1]));
  const missing = /^not there, from (.*)$/s.exec(text);
  if (missing) return words.missing(place(missing[1]));
  const before = /^gone on another ground since (\S+)$/.exec(text);
  if (before) return words.before(instant(before[1] ?? ''));
  if (text === 'fetch failed') return words.away;
  const late = /^no answer within (\d+) ms$/.exec(text);
  if (late) return words.late(duration(Number(late[1])));
  const refused = /^answered (\d{3}): (.*)$/s.exec(text);
  if (refused) return words.refused(refused[1] ?? '', refused[2] ?? '');
  const [, status, host, at, said] = /^(\d{3}) from (\S+) at (\d{4}-\S+Z): (.*)$/s.exec(text) ?? [];
  return status && host && at ? words.receipt(status, host, instant(at), said ?? '') : text;
}

import { z } from 'zod';
import { bankName } from '../../contracts/index.js';

const hour = 3600_000;
/** The first hours after an attack, and no new normal: it can be opened again, by two. */
export const longest = 7 * 24 * hour;

const unit = z.number().min(0).max(1);

/** What two people open: a name, an end, and what is otherwise until then. */
export const newIncidentSchema = z.strictObject({
  /** Names its queue and its bank. */
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,40}$/, 'must be 1 to 41 of a-z, 0-9 and "-"')
    .meta({ example: 'river-festival' }),
  /** Told to the second person, and kept with the report. */
  reason: z.string().trim().min(1).max(2_000),
  /** How long it lasts unless it is ended before. */
  hours: z
    .number()
    .min(0.25)
    .max(longest / hour),
  /** Whose matches come first, and which is emptied at the end; `incident-NAME` where left out. */
  bank: bankName.optional(),
  /** By label of the text model, the score from which a post goes to the incident's queue: lower than what the policy asks for. */
  thresholds: z.record(z.string().min(1).max(63), unit).default({}),
  /** Only posts in these languages, for the thresholds; all, where left out. */
  languages: z
    .array(z.string().regex(/^[a-z]{2,3}$/))
    .max(50)
    .optional(),
  /** Who gets the incident's queue before anything else. */
  people: z.array(z.string().min(1).max(200)).max(200).default([]),
});
export type NewIncident = z.output<typeof newIncidentSchema>;

export const endIncidentSchema = z.strictObject({ reason: z.string().trim().min(1).max(2_000) });

import { z } from 'zod';
import { endIncidentSchema, newIncidentSchema } from '../../../policies/index.js';
import { type Call, json } from './call.js';

const instant = z.iso.datetime();

const incident = z.object({
  id: z.string(),
  name: z.string(),
  state: z
    .enum(['open', 'ending', 'ended'])
    .describe('`ending`: it changes nothing any more, and what it added is being taken out'),
  queue: z.string(),
  bank: z.string(),
  thresholds: z.record(z.string(), z.number()),
  languages: z.array(z.string()).optional(),
  people: z.array(z.string()),
  openedBy: z.string(),
  approvedBy: z.string(),
  openedAt: instant,
  expiresAt: instant,
  endedAt: instant.optional(),
  endedBy: z.string().optional().describe('absent where its time was over'),
  why: z.string().optional(),
  report: z
    .object({
      opened: z.int().describe('cases that its rules opened'),
      became: z.record(z.string(), z.int()).describe('of these, by what was decided'),
      people: z.int().describe('who decided'),
      medianDecision: z.number().optional().describe('ms from the opening of a case to its decision, half took less'),
      bank: z.object({
        added: z.int(),
        confirmed: z.int().describe('stay'),
        removed: z.int().describe('taken out at the end, since nobody confirmed them'),
      }),
    })
    .optional(),
});

export const incidentCalls: readonly Call[] = [
  {
    method: 'post',
    path: '/v1/incidents',
    summary:
      'Ask a second person to open an incident: a bank, a queue, lower thresholds for review and people of its own, with an end.',
    tag: 'Incidents',
    scope: 'policies:write',
    body: json(newIncidentSchema),
    answers: { 202: { description: 'It begins with the approval.', body: json(z.object({ approval: z.string() })) } },
    problems: [409, 413],
  },
  {
    method: 'get',
    path: '/v1/incidents',
    summary: 'Incidents, the newest first.',
    tag: 'Incidents',
    scope: 'policies:read',
    query: { state: z.enum(['lasting', 'all']).default('all') },
    answers: { 200: { description: 'At most a hundred.', body: json(z.object({ incidents: z.array(incident) })) } },
  },
  {
    method: 'get',
    path: '/v1/incidents/{id}',
    summary: 'One incident, with its report once what it changed is undone.',
    tag: 'Incidents',
    scope: 'policies:read',
    answers: { 200: { description: 'As it stands.', body: json(incident) } },
    problems: [404],
  },
  {
    method: 'post',
    path: '/v1/incidents/{id}/end',
    summary: 'End an incident before its time: from here on it changes nothing.',
    tag: 'Incidents',
    scope: 'policies:write',
    body: json(endIncidentSchema),
    answers: { 202: { description: 'It ends.', body: json(incident) } },
    problems: [404, 409, 413],
  },
];

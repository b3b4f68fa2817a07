import { z } from 'zod';
import { ask, serverOf } from './client.js';

const finding = z.object({ signal: z.string(), label: z.string(), score: z.number(), reason: z.string() });
const asked = z.looseObject({
  signal: z.string(),
  state: z.string(),
  version: z.string().optional(),
  why: z.string().optional(),
  findings: z.array(finding).optional(),
});
/** What is read of the API's answer; it may say more. */
const standing = z.looseObject({
  platform: z.string(),
  id: z.string(),
  state: z.string(),
  versions: z.array(
    z.looseObject({
      version: z.number(),
      url: z.string().optional(),
      assessment: z
        .looseObject({
          action: z.string(),
          rule: z.string(),
          assessedAt: z.string(),
          scores: z.record(z.string(), z.number()),
          reasons: z.array(z.string()).optional(),
          findings: z.array(finding).optional(),
          versions: z.looseObject({
            policy: z.string(),
            model: z.string().optional(),
            signals: z.record(z.string(), z.string()).optional(),
          }),
          asked: z.array(asked).optional(),
        })
        .optional(),
    }),
  ),
  steps: z.array(
    z.looseObject({ at: z.string(), step: z.string(), detail: z.string().optional(), after: z.number().optional() }),
  ),
});
type Standing = z.output<typeof standing>;
type Assessment = NonNullable<Standing['versions'][number]['assessment']>;

/** `sansdelai explain ID --platform NAME [--json]`: why a post stands as it does, for people; or all that the API says. */
export async function explainCommand(id: string, platform: string, json = false): Promise<void> {
  const path = `/v1/posts/${encodeURIComponent(id)}?platform=${encodeURIComponent(platform)}`;
  const told = await ask<unknown>(serverOf(process.env), path);
  process.stdout.write(json ? `${JSON.stringify(told, null, 2)}\n` : explained(standing.parse(told)));
}

/** The explanation as text. */
export function explained({ platform, id, state, versions, steps }: Standing): string {
  const lines = [`${platform}/${id}: ${state}`];
  for (const { version, url, assessment } of versions) {
    lines.push('', `Version ${version}${url ? `, ${plain(url)}` : ''}`);
    lines.push(...(assessment ? assessmentLines(assessment) : ['  not assessed']));
  }
  lines.push('', 'What happened');
  for (const { at, step, detail, after } of steps)
    lines.push(
      `  ${at}  ${after === undefined ? '' : `${after < 0 ? '' : '+'}${after} ms  `}${step}${detail ? `: ${plain(detail)}` : ''}`,
    );
  return `${lines.join('\n')}\n`;
}

function assessmentLines({
  action,
  rule,
  assessedAt,
  scores,
  reasons = [],
  findings = [],
  versions,
  asked = [],
}: Assessment): string[] {
  const lines = [`  ${action}, by rule ${rule} (${assessedAt})`];
  for (const reason of reasons) lines.push(`    because ${plain(reason)}`);
  const rest = findings.filter(({ reason }) => !reasons.includes(reason));
  if (rest.length > 0) lines.push('  Also found');
  for (const { signal, label, score, reason } of rest)
    lines.push(`    ${signal}: ${label} ${score.toFixed(2)}, ${plain(reason)}`);
  const ranked = Object.entries(scores).sort(([, a], [, b]) => b - a);
  if (ranked.length > 0)
    lines.push(`  Scores     ${ranked.map(([label, score]) => `${label} ${score.toFixed(4)}`).join(', ')}`);
  for (const { signal, state, version, why, findings = [] } of asked) {
    const said = findings.map(({ label, score }) => `${label} ${score.toFixed(4)}`).join(', ');
    lines.push(
      `  Asked      ${signal}${version ? ` (${plain(version)})` : ''}: ${state}${why ? `, ${plain(why)}` : ''}${said ? `: ${said}` : ''}`,
    );
  }
  lines.push('  Made with', `    policy  ${versions.policy}`);
  const signals = Object.entries(versions.signals ?? (versions.model ? { 'text-model': versions.model } : {}));
  for (const [name, version] of signals) lines.push(`    ${name}  ${plain(version)}`);
  return lines;
}

/** Words of strangers may hold what moves a terminal's cursor. */
const plain = (text: string): string => text.replace(/\p{C}+/gu, ' ');

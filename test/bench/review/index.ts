import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Browser as Chromium } from 'playwright-core';
import { percentile } from '../../../services/cli/figures.js';
import { openSqlite, sql } from '../../../services/runtime/index.js';
import { Browser } from '../../accounts/browser.js';
import { openChromium } from '../../browser/chromium.js';
import { type Running, start } from '../installation.js';
import { throughput } from '../load.js';
import { searchBench } from './search.js';
import { seedCases } from './seed.js';

const people = 50;
const password = 'a password of the bench';
const ports = { review: 18_460, search: 18_470 };
const environment = { REVIEW_PER_HOUR: '100000' };

const inMs = (values: number[]): string => {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => `${Math.round(percentile(sorted, share))} ms`;
  return `p50 ${at(0.5)}, p95 ${at(0.95)}, p99 ${at(0.99)}, longest ${at(1)} (n=${sorted.length})`;
};

async function logIn(running: Running, name: string): Promise<Browser> {
  const browser = new Browser(running.url);
  const answer = await browser.post('/v1/session', { name, password });
  if (answer.status !== 201) throw new Error(`${name} could not log in: ${answer.status}`);
  return browser;
}

async function addPeople(running: Running, names: readonly string[]): Promise<void> {
  for (const name of names)
    await fetch(`${running.url}/v1/people`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${running.key}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ name, role: 'reviewer', password }),
    });
}

/** A page that nobody has opened before, until its first case is there; then decisions, each until the next case is drawn. */
async function inChromium(chromium: Chromium, running: Running, name: string, decisions: number) {
  const context = await chromium.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-GB' });
  const { cookies } = await logIn(running, name);
  await context.addCookies([...cookies].map(([cookie, value]) => ({ name: cookie, value, url: running.url })));
  const page = await context.newPage();
  // A new window has Chromium load menus of its own (some 400 files) beside the page: nobody's day begins with that.
  await pause(2_000);
  const from = Date.now();
  await page.goto(`${running.url}/#/review`, { waitUntil: 'commit' });
  // Told by the page itself: from outside it is only looked at every half second.
  const drawn = await page.evaluate(
    () =>
      new Promise<number>(resolve => {
        const look = (): void => {
          if (!document.querySelector('article')) requestAnimationFrame(look);
          else requestAnimationFrame(() => resolve(Date.now()));
        };
        look();
      }),
  );
  const first = drawn - from;
  const next: number[] = [];
  for (let n = 0; n < decisions; n++) {
    await page.keyboard.press('k');
    await page.evaluate(() => {
      const text = () => document.querySelector('article div[dir="auto"]')?.textContent;
      const before = text();
      const measured = new Promise<number>(resolve => {
        const pressed = ({ timeStamp }: KeyboardEvent): void => {
          const look = (): void => {
            const now = text();
            if (now !== undefined && now !== before) resolve(performance.now() - timeStamp);
            else requestAnimationFrame(look);
          };
          look();
        };
        document.addEventListener('keydown', pressed, { once: true, capture: true });
      });
      (globalThis as unknown as { measured: Promise<number> }).measured = measured;
    });
    await page.keyboard.press('1');
    next.push(await page.evaluate(() => (globalThis as unknown as { measured: Promise<number> }).measured));
    await pause(300);
  }
  await context.close();
  return { first, next };
}

/** Everybody decides about once a second, as fast as nobody can read. @returns how long each decision took to be durable */
async function together(running: Running, names: readonly string[], seconds: number) {
  const took: number[] = [];
  const claims: number[] = [];
  const decided: string[] = [];
  const refused: number[] = [];
  const browsers = await Promise.all(names.map(name => logIn(running, name)));
  const end = performance.now() + seconds * 1_000;
  await Promise.all(
    browsers.map(async (browser, i) => {
      await pause((i * 1_000) / names.length);
      let mine: { id: string }[] = [];
      while (performance.now() < end) {
        const turn = performance.now();
        if (mine.length < 2) {
          const keep = mine.map(({ id }) => id);
          const body = { n: 3 - mine.length, keep, except: keep };
          const answer = await browser.json<{ cases: { id: string }[] }>('/console/api/review/claim', {
            method: 'POST',
            body,
          });
          claims.push(performance.now() - turn);
          mine = [...mine, ...answer.cases];
        }
        const one = mine.shift();
        if (one) {
          const begun = performance.now();
          const answer = await browser.ask(`/console/api/review/${one.id}/decision`, {
            method: 'PUT',
            body: { decision: 'keep', reason: 'bench', category: 'harmless' },
          });
          took.push(performance.now() - begun);
          if (answer.status === 202) decided.push(one.id);
          else refused.push(answer.status);
          await answer.body?.cancel();
        }
        await pause(Math.max(0, 1_000 - (performance.now() - turn)));
      }
    }),
  );
  return { took, claims, decided, refused };
}

/** Ends once the search's index has what was filled in at one blow: in an installation it grows with what comes. */
async function indexed(data: string, posts: number): Promise<void> {
  const db = await openSqlite(join(data, 'sansdelai.db'));
  const count = sql<{ n: number }>`select count(*) as n from post_index`;
  while (Number((await count.execute(db.tables<unknown>())).rows[0]?.n) < posts) await pause(1_000);
  await db.stop();
}

/** @param waiting cases; ten times as many were decided. @param kept a folder that is filled where it is not there yet, and left */
async function reviewing(waiting: number, kept: string | undefined, say: (line: string) => void): Promise<string> {
  const home = kept ?? mkdtempSync(join(tmpdir(), 'sansdelai-bench-'));
  let running: Running | undefined;
  let chromium: Chromium | undefined;
  try {
    const names = Array.from({ length: people }, (_, n) => `person ${n}`);
    if (!existsSync(join(home, 'data-0'))) {
      running = await start(environment, [[]], ports.review, home);
      await addPeople(running, names);
      await running.stop();
      say(`review: ${waiting} cases that wait and ten times as many decided ones are made`);
      await seedCases(join(home, 'data-0'), waiting, waiting * 10);
    }
    running = await start(environment, [[]], ports.review, home);
    await indexed(join(home, 'data-0'), waiting);
    chromium = await openChromium();
    const firsts: number[] = [];
    const nexts: number[] = [];
    for (let run = 0; run < 5; run++) {
      const { first, next } = await inChromium(chromium, running, names[run]!, run === 4 ? 60 : 5);
      firsts.push(first);
      if (run === 4) nexts.push(...next);
      say(`  first case after ${Math.round(first)} ms`);
    }
    say(`  next case: ${inMs(nexts)}`);
    const { took, claims, decided, refused } = await together(running, names, 30);
    say(`  ${people} people: ${inMs(took)}; claims ${inMs(claims)}`);
    await pause(15_000);
    await running.stop();
    running = undefined;
    const db = await openSqlite(join(home, 'data-0', 'sansdelai.db'));
    const { rows } = await sql<{ n: number }>`select count(*) as n from cases where note = 'bench'`.execute(
      db.tables<unknown>(),
    );
    await db.stop();
    const twice = decided.length - new Set(decided).size;
    return [
      `## The queue: ${waiting.toLocaleString('en')} cases that wait, ten times as many decided, one process, Chromium on the same machine\n`,
      '| figure | measured | goal |\n|---|---|---|',
      `| the first case on a page that was never opened, ms | ${firsts.map(Math.round).join(', ')} | ≤ 1,000 |`,
      `| from the key that decides to the next case drawn | ${inMs(nexts)} | ≤ 100 ms |`,
      `| ${people} people at once, about a decision a second each: a decision is durable | ${inMs(took)} | p99 ≤ 150 ms |`,
      `| … claims of cases | ${inMs(claims)} | |`,
      `| … decided, of them twice, refused, carried out | ${decided.length}, ${twice}, ${refused.length}, ${rows[0]?.n} | none twice |`,
      '',
    ].join('\n');
  } finally {
    await chromium?.close();
    await running?.stop();
    if (!kept) rmSync(home, { recursive: true, force: true });
  }
}

/** Posts a second with and without the index of the search, turn by turn, so that the machine's moods meet both. */
async function besideIntake(runs: number, say: (line: string) => void): Promise<string> {
  const rates: Record<'on' | 'off', number[]> = { on: [], off: [] };
  const running: Partial<Record<'on' | 'off', Running>> = {};
  try {
    for (const search of ['on', 'off'] as const) {
      running[search] = await start(
        { SANSDELAI_SEARCH: search },
        [[]],
        search === 'on' ? ports.search : ports.search + 2,
      );
      await throughput(running[search], 5_000, 'warm');
    }
    for (let run = 0; run < runs; run++)
      for (const search of run % 2 ? (['on', 'off'] as const) : (['off', 'on'] as const)) {
        const { perSecond } = await throughput(running[search]!, 40_000, `run${run}`);
        rates[search].push(perSecond);
        say(`  intake, search ${search}: ${Math.round(perSecond)}/s`);
        // What is behind catches up, so that the other's turn is not its too.
        await pause(search === 'on' ? 20_000 : 1_000);
      }
  } finally {
    for (const one of Object.values(running)) await one?.stop();
  }
  const median = (values: number[]) =>
    percentile(
      [...values].sort((a, b) => a - b),
      0.5,
    );
  const slower = 1 - median(rates.on) / median(rates.off);
  const told = (values: number[]) => values.map(value => Math.round(value).toLocaleString('en')).join(', ');
  return `## Intake beside the index\n\n| received → assessed, posts/s | runs |\n|---|---|\n| without search | ${told(rates.off)} |\n| with | ${told(rates.on)} |\n\nSlower by ${(slower * 100).toFixed(1)} % (medians; goal: 10 % at the most).\n`;
}

/** The review queue as people meet it, and the search. */
export async function reviewBench({
  posts,
  cases,
  runs,
  kept,
  say,
}: {
  posts: number;
  cases: number;
  runs: number;
  kept?: string | undefined;
  say: (line: string) => void;
}): Promise<string> {
  const parts = cases > 0 ? [await reviewing(cases, kept, say)] : [];
  if (runs > 0) parts.push(await besideIntake(runs, say));
  if (posts > 0) parts.push(await searchBench(posts, say));
  return parts.join('\n');
}

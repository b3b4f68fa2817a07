import type { AnswerForm } from '../../services/orders/answers.js';
import { runsOf, startsRightToLeft } from '../../services/orders/forms/bidi.js';
import { fonts } from '../../services/orders/forms/fonts.js';
import {
  annexOne,
  answerDocument,
  type FormDocument,
  languageOf,
  languages,
  Renderer,
} from '../../services/orders/forms/index.js';
import { linesOf } from '../../services/orders/forms/lines.js';
import { drawPdf } from '../../services/orders/forms/pdf.js';
import { printable } from '../../services/orders/forms/printable.js';
import { wordings } from '../../services/orders/forms/wording.js';
import { realTime } from '../../services/runtime/index.js';

const common = {
  number: 'order-of-a-test/1',
  madeAt: '2026-11-22T12:41:09.123Z',
  language: 'de',
  addressee: { name: 'Acme', homeState: 'DE', contact: 'orders@acme.example' },
  authority: { name: 'Office central', issuingState: 'FR' },
  references: { order: 'FR/417', authorityFile: 'F-1', provider: 'order-of-a-test' },
  receivedAt: '2026-11-22T12:40:59.000Z',
  signedBy: { authorisedPerson: 'A. Beispiel', name: 'Acme' },
};
const two = (more: Partial<AnswerForm> = {}): AnswerForm => ({
  ...common,
  form: 'II',
  template: '2021/784',
  measure: {
    kind: 'disabled',
    where: 'all Member States',
    at: '2026-11-22T12:41:07.000Z',
    items: [
      { n: 1, url: 'https://acme.example/1', outcome: 'gone', at: common.madeAt, seenFrom: 'seen gone from here' },
      {
        n: 2,
        url: 'https://acme.example/2',
        outcome: 'not-there',
        at: common.madeAt,
        seenFrom: 'not there, from paris',
      },
      { n: 3, url: 'https://acme.example/3', outcome: 'gone', seenFrom: 'Erin: looked: the page says that it is gone' },
    ],
  },
  ...more,
});
const three = (explanation: string): AnswerForm => ({
  ...common,
  form: 'III',
  template: '2021/784',
  inability: { ground: 'insufficient-information', article: '3(8)', explanation, at: '2026-11-22T12:52:00Z' },
});
const order = (content: object = {}, language: 'en' | 'fr' | 'de' = 'en') =>
  annexOne(
    {
      id: 'order-of-a-test',
      content: { instrument: 'tco', reference: 'FR/417', issuingState: 'FR', types: ['incites'], ...content },
      provider: { name: 'Acme', homeState: 'DE' },
      receivedAt: Date.parse('2026-11-22T12:40:59Z'),
      channel: 'desk',
      hash: 'ab'.repeat(32),
      verified: false,
      crossBorder: true,
      findings: [{ path: 'redress' }, { path: 'items.3.url' }],
    },
    language,
  );

const textOf = (form: FormDocument): string => JSON.stringify(form);
const boxesOf = (form: FormDocument) =>
  form.sections.flatMap(({ blocks }) => blocks).flatMap(block => (block.kind === 'boxes' ? block.boxes : []));
const raw = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
const pagesOf = (bytes: Uint8Array): number => raw(bytes).match(/\/Type \/Page\b(?!s)/g)?.length ?? 0;

describe('what the forms say', () => {
  test.each(languages)('Annex II in %s ticks what was done, and tells of each item in that language', language => {
    const { template, words } = wordings[language];
    const form = answerDocument(two(), language);
    expect(boxesOf(form)).toEqual([
      { ticked: false, text: template.two.removed },
      { ticked: true, text: template.two.disabled },
    ]);
    expect(form).toMatchObject({ language, title: template.two.title, number: words.formNumber(common.number) });
    const text = textOf(form);
    for (const value of [
      'FR/417',
      'F-1',
      'A. Beispiel',
      'https://acme.example/2',
      words.states.DE,
      words.here,
      'paris',
    ])
      expect(text).toContain(value);
    expect(text).toContain(words.instant(new Date('2026-11-22T12:41:07Z')));
    // Who of the staff looked is not told; nothing of what the code wrote down stays in English.
    expect(text).not.toMatch(/Erin|looked: |seen gone from|not there, from/);
  });

  test.each(languages)('Annex III in %s ticks the one ground, and gives the explanation', language => {
    const form = answerDocument(three('Which of the posts is meant?'), language);
    expect(boxesOf(form).map(({ ticked }) => ticked)).toEqual([false, false, true]);
    expect(textOf(form)).toContain('Which of the posts is meant?');
    expect(form.article).toBe(wordings[language].template.three.article);
  });

  test.each(languages)('Annex I in %s shows what the order says, and what it lacks', language => {
    const { template, words } = wordings[language];
    const text = textOf(order({ nonDisclosure: { until: '2026-12-20T00:00:00Z', reasons: 'an inquiry' } }, language));
    expect(text).toContain(template.one.kinds.incites);
    expect(text).toContain(words.findings.redress);
    expect(text).toContain(words.findings.url);
    expect(text).toContain('an inquiry');
    expect(text).toContain(words.received.no);
  });

  test('an order under the DSA is answered as such, with its territory', () => {
    const form = answerDocument(
      {
        ...two(),
        template: '2022/2065',
        measure: { kind: 'disabled', where: ['FR', 'CH'], at: common.madeAt, items: [] },
      },
      'fr',
    );
    expect(textOf(form)).toContain('France, CH');
    expect(textOf(form)).not.toMatch(/2021\/784|terroriste/);
    expect(form.annex).toBeUndefined();
  });

  test('the language is that of the order, else of the State, else English', () => {
    expect(languageOf('fr', 'DE')).toBe('fr');
    expect(languageOf('fi', 'FR')).toBe('en');
    expect(languageOf(undefined, 'AT')).toBe('de');
    expect(languageOf(undefined, undefined)).toBe('en');
    expect(answerDocument(two()).language).toBe('de');
    expect(answerDocument({ ...two(), language: 'fi' }).language).toBe('en');
  });
});

describe('what is printed', () => {
  const has = (codePoint: number) => fonts().regular.has(codePoint);
  const shown = (text: string, most = 10_000) => printable(text, has, most, n => `[${n} more]`).text;

  test('nothing can move or hide what stands around it, and nothing is left out unseen', () => {
    expect(shown('a\u202Egnp.exe\u202C b')).toBe('a[U+202E]gnp.exe[U+202C] b');
    expect(shown('\u0000\u0007\u001b[31m')).toBe('[U+0000 0007 001B][31m');
    expect(shown('x\ud800y\udc00')).toBe('x[U+D800]y[U+DC00]');
    expect(shown('soft\u00ad zero\u200b line\u2028')).toBe('soft[U+00AD] zero[U+200B] line[U+2028]');
    expect(shown('one\r\ntwo\rthree\tfour\n\n\n\nfive')).toBe('one\ntwo\nthree four\n\nfive');
    expect(shown('漢字 and كتاب and Ελλάδα and Київ')).toBe('[U+6F22 5B57] and كتاب and Ελλάδα and Київ');
    expect(shown(`Z${'\u0335'.repeat(500)}!`)).toBe('Z\u0335\u0335\u0335!');
    expect(shown('x'.repeat(50), 20)).toBe(`${'x'.repeat(20)} [30 more]`);
  });

  test('every character is on a line, and no line is wider than the page', () => {
    const width = (text: string) => [...text].length;
    const text = `${'W'.repeat(65_536)} and https://acme.example/${'a/b?c='.repeat(60)} end\n\nlast`;
    const lines = linesOf(text, 90, width).map(line => line.text);
    expect(Math.max(...lines.map(width))).toBeLessThanOrEqual(90);
    expect(lines.join('').replaceAll(' ', '')).toBe(text.replace(/\s/g, ''));
    expect(lines.slice(-2)).toEqual(['', 'last']);
  });

  test('two directions in one line stand as they are read', () => {
    const visual = (line: string) =>
      runsOf(line, startsRightToLeft(line))
        .map(run => (run.rightToLeft ? [...run.text].reverse().join('') : run.text))
        .join('');
    // Hebrew letters, written here as they stand on paper from the left.
    expect(visual('abc')).toBe('abc');
    expect(visual('say "אבג דה" now')).toBe('say "הד גבא" now');
    expect(visual('אבג (דה) 12.5 abc')).toBe('abc 12.5 (הד) גבא');
    expect(visual('no. 7 אבג 12 (דה), x')).toBe('no. 7 (הד) 12 גבא, x');
  });
});

describe('the PDF', () => {
  test('is tagged, named, in its language, and the same bytes for the same form', async () => {
    for (const language of languages) {
      const form = answerDocument(two(), language);
      const bytes = await drawPdf(form);
      expect(raw(bytes)).toMatch(/^%PDF-1\.7/);
      expect(raw(bytes)).toContain(`/Lang (${language})`);
      expect(raw(bytes)).toMatch(/\/Marked true/);
      expect(raw(bytes)).toMatch(/\/StructTreeRoot/);
      expect(raw(bytes)).toMatch(/\/DisplayDocTitle true/);
      expect(raw(bytes)).toContain('(D:20261122124109Z)');
      expect(Buffer.from(await drawPdf(form)).equals(bytes)).toBe(true);
    }
  });

  test.each([
    ['64 KB without a space', 'W'.repeat(65_536), 21],
    ['a line of each letter', 'a\n'.repeat(32_000), 21],
    ['letters that the font lacks', '漢'.repeat(50_000), 21],
    ['marks upon marks', `Z${'\u0335\u0321'.repeat(25_000)}`, 1],
    ['another direction', 'مرحبا بالعالم '.repeat(4_000), 21],
    ['overrides, controls, half characters', '\u202E\u2067\u0000\ud800%)\\(<</S/JavaScript>>'.repeat(1_000), 21],
  ])('%s can not break it, and its pages are bounded', async (_, text, most) => {
    const bytes = await drawPdf(answerDocument(three(text), 'en'));
    expect(pagesOf(bytes)).toBeGreaterThan(0);
    expect(pagesOf(bytes)).toBeLessThanOrEqual(most);
    expect(raw(bytes)).not.toMatch(/\/S ?\/JavaScript|\/OpenAction|\/AA\b/);
    expect(raw(bytes).trimEnd()).toMatch(/%%EOF$/);
  });

  test('the longest order that is taken stays within two hundred pages', async () => {
    const items = Array.from({ length: 100 }, () => ({
      url: `https://acme.example/${'a'.repeat(2_000)}`,
      note: 'x\n'.repeat(1_000),
    }));
    const form = order({
      items,
      reasons: 'r\n'.repeat(25_000),
      nonDisclosure: { until: '2026-12-20T00:00:00Z', reasons: 'n\n'.repeat(25_000) },
    });
    const bytes = await drawPdf(form);
    expect(pagesOf(bytes)).toBe(200);
  });

  test('is drawn beside the process that asks, and a thread that dies is started again', async () => {
    const renderer = new Renderer(realTime);
    const form = answerDocument(two());
    const first = await renderer.render(form);
    expect(Buffer.from(first).equals(await drawPdf(form))).toBe(true);
    await renderer.stop();
    await expect(renderer.render(form)).resolves.toEqual(first);
    await expect(renderer.render({ ...form, at: 'no date' })).rejects.toThrow();
    await expect(renderer.render(form)).resolves.toEqual(first);
    await renderer.stop();
  });
});

import { isoTime } from '../../runtime/index.js';
import { contentTypes, type Finding, type OrderContent } from '../annex-one.js';
import type { OrderSettings } from '../settings.js';
import { field } from './annex-two.js';
import type { Block, FormDocument, Language, Section } from './document.js';
import { stateName, type Words, wordings } from './wording.js';

/** An order as it was received, for whoever has to read it. */
export interface ReceivedOrder {
  id: string;
  content: OrderContent;
  provider: Pick<OrderSettings['provider'], 'name' | 'representative' | 'homeState' | 'contact'>;
  receivedAt: number;
  channel: string;
  /** SHA-256 of the bytes that came. */
  hash: string;
  /** Authority and signature were checked against the register. */
  verified: boolean;
  crossBorder: boolean;
  findings: readonly Pick<Finding, 'path'>[];
}

const lackIn = (words: Words, path: string): string => words.findings[path.startsWith('items.') ? 'url' : path] ?? path;

const languageName = (language: Language, code: string): string =>
  new Intl.DisplayNames([language], { type: 'language' }).of(code) ?? code;

/** Annex I, or an order under Article 9 of the DSA, as far as its data say it. */
export function annexOne(order: ReceivedOrder, language: Language): FormDocument {
  const { template, words } = wordings[language];
  const { content, provider, receivedAt, crossBorder } = order;
  const { one } = template;
  const tco = content.instrument === 'tco';
  const said = (label: string, value: string | undefined): Block => field(label, value, words.notStated);
  const maybe = (label: string, value: string | undefined): Block[] => (value ? [said(label, value)] : []);
  const when = (at: string | undefined) => at && words.instant(new Date(at));
  const state = (code: string | undefined) => code && stateName(words, code);
  const { authority, redress, nonDisclosure } = content;

  const what: Block[] = (content.items ?? []).flatMap(({ url, note, platform, id }, i): Block[] => [
    { kind: 'heading', text: words.item(i + 1) },
    said(one.url, url),
    ...maybe(one.note, [platform, id, note].filter(Boolean).join('\n')),
  ]);
  const why: Block[] = [
    ...(tco
      ? [
          {
            kind: 'boxes' as const,
            label: one.types,
            boxes: contentTypes.map(type => ({
              ticked: content.types?.includes(type) === true,
              text: one.kinds[type],
            })),
          },
        ]
      : [said(words.nine.territory, content.territory?.map(code => stateName(words, code)).join(', '))]),
    ...(tco ? [] : maybe(words.nine.deadline, when(content.deadline))),
    content.reasons
      ? { kind: 'text', label: tco ? one.reasons : words.nine.reasons, text: content.reasons }
      : said(tco ? one.reasons : words.nine.reasons, undefined),
  ];
  const sections: Section[] = [
    {
      heading: one.a,
      blocks: [
        said(one.issuingState, state(content.issuingState)),
        field(one.addressee, [provider.name, provider.representative].filter(Boolean).join(', '), words.notNamed),
        field(one.contact, provider.contact, words.notNamed),
        field(one.homeState, state(provider.homeState), words.notNamed),
        said(one.issuedAt, when(content.issuedAt)),
        said(one.reference, content.reference),
        said(words.received.legalBasis, content.legalBasis),
        ...maybe(words.received.language, content.language && languageName(language, content.language)),
      ],
    },
    { heading: one.b, blocks: [...(what.length > 0 ? what : [said(one.url, undefined)]), ...why] },
    {
      heading: one.c,
      blocks: [
        { kind: 'boxes', boxes: [{ ticked: nonDisclosure !== undefined, text: one.silent }] },
        ...maybe(one.silentUntil, when(nonDisclosure?.until)),
        ...(nonDisclosure?.reasons
          ? [{ kind: 'text' as const, label: one.silentReasons, text: nonDisclosure.reasons }]
          : []),
      ],
    },
    ...(tco
      ? [
          {
            heading: one.d,
            blocks: [
              {
                kind: 'boxes' as const,
                boxes: [
                  { ticked: crossBorder, text: one.otherState },
                  { ticked: content.copied === true, text: one.copied },
                ],
              },
            ],
          },
        ]
      : []),
    {
      heading: one.e,
      blocks: [
        said(one.authorityKind, authority?.kind && one.authorityKinds[authority.kind]),
        said(one.authority, authority?.name),
        said(one.representative, authority?.representative),
        said(one.file, authority?.file),
        said(one.address, authority?.address),
        said(one.telephone, authority?.telephone),
        said(one.email, authority?.email),
      ],
    },
    { heading: one.f, blocks: [said(one.feedbackTo, content.feedbackTo)] },
    {
      heading: one.g,
      blocks: [said(one.body, redress?.body), said(one.court, redress?.court), said(one.deadline, redress?.deadline)],
    },
    {
      heading: words.received.title,
      blocks: [
        said(words.received.receivedAt, words.instant(new Date(receivedAt))),
        said(words.received.channel, words.received.channels[order.channel] ?? order.channel),
        said(words.received.verified, order.verified ? words.received.yes : words.received.no),
        said(words.received.hash, order.hash),
        said(
          words.received.lacks,
          [...new Set(order.findings.map(({ path }) => lackIn(words, path)))].join('\n') || words.received.nothing,
        ),
      ],
    },
  ];
  return {
    language,
    ...(tco ? { annex: words.annex('I') } : {}),
    title: tco ? one.title : words.nine.orderTitle,
    article: tco ? one.article : words.nine.orderArticle,
    number: words.orderNumber(order.id),
    drawnUp: words.received.rendering,
    at: isoTime(receivedAt),
    ...(tco ? { intro: one.intro } : {}),
    sections,
  };
}

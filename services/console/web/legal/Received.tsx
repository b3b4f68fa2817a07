import type { ReactNode } from 'react';
import type { OrderContent } from '../../../orders/index.js';
import { instantOf, nameOfLanguage } from '../format.js';
import { locale } from '../strings.js';
import { de, en, fr } from '../words/intake.js';
import { inMine } from '../words/pick.js';
import styles from './Legal.module.css';
import { words as order } from './time.js';

export const words = inMine({ en, fr, de });
const { sections, fields } = words;

const states = new Intl.DisplayNames(locale, { type: 'region' });
export const nameOfState = (code: string): string => states.of(code) ?? code;

function Fact({ name, children }: { name: string; children: ReactNode }) {
  const empty = children === undefined || children === '' || (Array.isArray(children) && children.length === 0);
  return (
    <div>
      <dt>{fields[name]?.[0] ?? name}</dt>
      <dd>{empty ? <span className={styles.dim}>{order.notSaid}</span> : children}</dd>
    </div>
  );
}
const at = (instant: string | undefined): string | undefined => instant && instantOf(instant);

/** An order as it says it, by the parts of Annex I. */
export function Received({ of, narrow = false }: { of: OrderContent; narrow?: boolean }) {
  const { authority, redress, nonDisclosure } = of;
  const tco = of.instrument === 'tco';
  const part = (title: string, facts: ReactNode) => (
    <div>
      <h3>{title}</h3>
      <dl className={styles.facts} data-narrow={narrow || undefined}>
        {facts}
      </dl>
    </div>
  );
  return (
    <div className={styles.parts}>
      {part(
        sections.a,
        <>
          <Fact name="reference">{of.reference}</Fact>
          <Fact name="issuingState">{of.issuingState && nameOfState(of.issuingState)}</Fact>
          <Fact name="issuedAt">{at(of.issuedAt)}</Fact>
          <Fact name="language">{of.language && nameOfLanguage(of.language)}</Fact>
          <Fact name="legalBasis">{of.legalBasis}</Fact>
        </>,
      )}
      {part(
        sections.b,
        <>
          <Fact name="items.url">
            {of.items?.map(({ url, platform, id, note }, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: they stay in the order's own order.
              <span key={i} className={styles.line}>
                {i + 1}. {url}
                <span className={styles.dim}>{[platform, id, note].filter(Boolean).join(', ')}</span>
              </span>
            ))}
          </Fact>
          {tco && (
            <Fact name="types">
              {of.types?.map(type => (
                <span key={type} className={styles.line}>
                  {words.types[type]}
                </span>
              ))}
            </Fact>
          )}
          <Fact name="reasons">
            {of.reasons && (
              // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached.
              <section className={styles.long} tabIndex={0} aria-label={fields.reasons?.[0]}>
                {of.reasons}
              </section>
            )}
          </Fact>
        </>,
      )}
      {part(
        sections.c,
        <>
          <Fact name="nonDisclosure.until">{at(nonDisclosure?.until)}</Fact>
          {nonDisclosure?.reasons && <Fact name="nonDisclosure.reasons">{nonDisclosure.reasons}</Fact>}
        </>,
      )}
      {tco && part(sections.d, <Fact name="copied">{of.copied ? words.yes : undefined}</Fact>)}
      {part(
        sections.e,
        <>
          <Fact name="authority.name">{authority?.name}</Fact>
          <Fact name="authority.kind">{authority?.kind && words.kinds[authority.kind]}</Fact>
          {(['file', 'representative', 'address', 'email', 'telephone'] as const).map(name => (
            <Fact key={name} name={`authority.${name}`}>
              {authority?.[name]}
            </Fact>
          ))}
        </>,
      )}
      {part(sections.f, <Fact name="feedbackTo">{of.feedbackTo}</Fact>)}
      {part(
        sections.g,
        (['body', 'court', 'deadline'] as const).map(name => (
          <Fact key={name} name={`redress.${name}`}>
            {redress?.[name]}
          </Fact>
        )),
      )}
      {!tco &&
        part(
          sections.territory,
          <>
            <Fact name="territory">{of.territory?.map(nameOfState).join(', ')}</Fact>
            <Fact name="deadline">{at(of.deadline)}</Fact>
          </>,
        )}
    </div>
  );
}

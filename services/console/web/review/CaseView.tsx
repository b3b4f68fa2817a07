import { type ReactNode, useEffect, useMemo, useRef } from 'react';
import type { ReviewCase } from '../../api/review-types.js';
import { decimal, instantOf, nameOfLanguage, number, shortOf } from '../format.js';
import { Badge } from '../parts/Badge.js';
import { nameOfLabel } from '../post/labels.js';
import { Part } from '../post/Part.js';
import { strings, told } from '../strings.js';
import { Alike, Earlier, Lane, Notes, Thread } from './Around.js';
import styles from './CaseView.module.css';
import { Countdown } from './Countdown.js';
import { Media } from './Media.js';
import { PostText } from './PostText.js';

const words = strings.review;

/** A case as it is decided: the text, the time that is left, why it is here, what is around it. */
export function CaseView({
  it,
  person,
  translated,
  onAlike,
}: {
  it: ReviewCase;
  person: string;
  translated?: ReactNode;
  onAlike: () => void;
}) {
  const heading = useRef<HTMLHeadingElement>(null);
  // Another case is read out from its beginning, and keys go to it.
  useEffect(() => {
    if (!document.activeElement?.closest('input, select, textarea, summary'))
      heading.current?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }, []);
  const spans = useMemo(() => it.findings.flatMap(finding => finding.spans ?? []), [it]);
  const { post } = it;
  return (
    <article className={styles.case} aria-labelledby="case">
      <div className={styles.post}>
        <div className={styles.line}>
          <h2 id="case" ref={heading} tabIndex={-1}>
            {words.case(it.platform, it.language ? `, ${nameOfLanguage(it.language)}` : '')}
          </h2>
          {post && <span className={styles.dim}>{words.posted(shortOf(post.createdAt))}</span>}
          {post?.views !== undefined && <span className={styles.dim}>{words.views(number(post.views))}</span>}
          <a href={it.url} target="_blank" rel="noreferrer noopener">
            {words.public}
          </a>
        </div>
        <Lane it={it} person={person} />
        <Thread title={words.before} posts={it.before} />
        {!post && <p className={styles.dim}>{words.erased}</p>}
        {post &&
          (post.text ? <PostText text={post.text} spans={spans} /> : <p className={styles.dim}>{words.noText}</p>)}
        {translated}
        {post && <Media id={it.id} media={post.media} />}
        {post && post.links.length > 0 && (
          <Part title={words.links}>
            <ul className={styles.links}>
              {post.links.map(link => (
                <li key={link}>
                  <code dir="ltr">{link}</code>
                </li>
              ))}
            </ul>
          </Part>
        )}
        <Thread title={strings.desk.thread.replies(it.replies.length)} posts={it.replies} />
        <Notes notes={it.notes} />
      </div>
      <div className={styles.side}>
        <Countdown clock={it.clock} />
        <Alike alike={it.alike} onOpen={onAlike} />
        <Part title={words.why}>
          <ul className={styles.reasons}>
            {it.reasons.map(reason => (
              <li key={reason}>{told(reason)}</li>
            ))}
          </ul>
          <p className={styles.dim}>
            {strings.post.rule} <code>{it.rule}</code>
          </p>
        </Part>
        {it.findings.length > 0 && <Findings findings={it.findings} />}
        <Earlier earlier={it.earlier} />
        <Author author={it.author} />
      </div>
    </article>
  );
}

function Findings({ findings }: Pick<ReviewCase, 'findings'>) {
  return (
    <Part title={words.found}>
      <table className={styles.found}>
        <caption className="hidden-visually">{words.found}</caption>
        <tbody>
          {findings.slice(0, 6).map(({ signal, label, score, over, entry, reason }) => (
            <tr key={`${signal}${label}${entry?.id}`} title={`${told(reason)} (${label})`}>
              <th scope="row">
                {nameOfLabel(label)}
                {entry && (
                  <span className={styles.dim}>
                    {' '}
                    {entry.bank}, {entry.confirmed ? words.confirmed : words.unconfirmed}
                  </span>
                )}
              </th>
              <td aria-hidden="true">
                <span className={styles.bar} data-over={over}>
                  <span style={{ width: `${score * 100}%` }} />
                </span>
              </td>
              <td className="number">{decimal(score)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Part>
  );
}

function Author({ author }: Pick<ReviewCase, 'author'>) {
  const before = author.latest.length;
  return (
    <Part title={words.author}>
      {before === 0 ? (
        <p className={styles.dim}>{words.authorNone}</p>
      ) : (
        <>
          <p>
            {words.authorCases(
              `${number(author.cases)}${author.most ? '+' : ''}`,
              number(author.removed),
              number(author.kept),
            )}
          </p>
          <ul className={styles.latest}>
            {author.latest.map(one => (
              <li key={`${one.postId}${one.at}`}>
                <Badge tone="mute">
                  {one.decision
                    ? strings.decisions[one.decision as keyof typeof strings.decisions]
                    : strings.outcomes.waiting}
                </Badge>{' '}
                <span title={instantOf(one.at)}>{shortOf(one.at)}</span> <code>{one.rule}</code>
              </li>
            ))}
          </ul>
        </>
      )}
    </Part>
  );
}

import { Button } from '@mantine/core';
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { ask } from '../api.js';
import { coarse, dayOf, number, shortOf } from '../format.js';
import { Acts } from '../legal/Acts.js';
import type { Act } from '../legal/acts.js';
import styles from '../legal/Legal.module.css';
import { hearTime, useLegalNow } from '../legal/time.js';
import { Badge } from '../parts/Badge.js';
import { Card } from '../parts/Card.js';
import { Head } from '../parts/Head.js';
import { More } from '../parts/More.js';
import { Problem } from '../parts/Said.js';
import { linkTo } from '../router.js';
import type { ScreenProps } from '../screens.js';
import { may, type Session } from '../session.js';
import { strings } from '../strings.js';
import { inMine } from '../words/pick.js';
import { de, en, fr } from '../words/preserved.js';

const words = inMine({ en, fr, de });

interface Opening {
  id: string;
  purpose: keyof typeof words.purposes;
  reason: string;
  askedBy: string;
  askedAt: string;
  approvedBy?: string;
  readableUntil?: string;
  readAt?: string;
}
interface Kept {
  id: string;
  order: string;
  n: number;
  platform: string;
  post: string;
  state: 'held' | 'kept' | 'erased';
  keptUntil?: string;
  prolongedUntil?: string;
  prolonged: { until: string; authority: string; reference: string; by: string }[];
  erasedAt?: string;
  openings: Opening[];
}
interface Version {
  version: number;
  text?: string;
  media?: { type?: string; url?: string }[];
  links?: unknown[];
  ciphertext?: string;
}
interface Opened extends Kept {
  content: { versions: Version[] }[];
  related: unknown[];
}

const pathOf = (id: string, more = ''): string => `/v1/preserved/${encodeURIComponent(id)}${more}`;
const type = 'form-sent' as const;

/** What may be asked for about one. */
function actsOf({ id, state }: Kept, session: Session): Act[] {
  if (state !== 'kept') return [];
  const { ask: open, prolong } = words;
  const opening: Act = {
    ...{ key: 'open', type, label: open.label, hint: open.hint, path: pathOf(id, '/openings') },
    fields: [
      { name: 'purpose', label: open.purpose, kind: 'select', min: 1, options: Object.entries(words.purposes) },
      { name: 'reason', label: open.reason, kind: 'long', min: 20, most: 2_000 },
    ],
    body: ({ purpose = '', reason = '' }) => ({ purpose, reason: reason.trim() }),
  };
  const longer: Act = {
    ...{ key: 'prolong', type, label: prolong.label, hint: prolong.hint, path: pathOf(id, '/prolong') },
    fields: [
      { name: 'until', label: prolong.until, kind: 'day', min: 1 },
      { name: 'authority', label: prolong.authority, kind: 'line', min: 1, most: 300 },
      { name: 'reference', label: prolong.reference, kind: 'line', min: 1, most: 200 },
      { name: 'reason', label: prolong.reason, kind: 'long', min: 20, most: 2_000 },
    ],
    body: ({ until = '', authority = '', reference = '', reason = '' }) => ({
      until: new Date(`${until}T23:59:59`).toISOString(),
      ...{ authority: authority.trim(), reference: reference.trim(), reason: reason.trim() },
    }),
  };
  return [opening, ...(may(session, 'orders:decide') ? [longer] : [])];
}

/** Asks once more, then reads: there is no second time. */
function Read({ it, onRead }: { it: Kept; onRead: (opened: Opened) => void }) {
  const [sure, setSure] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState<unknown>();
  const yes = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (sure) yes.current?.focus();
  }, [sure]);
  const read = async (): Promise<void> => {
    setBusy(true);
    try {
      onRead(await ask<Opened>(pathOf(it.id)));
    } catch (refused) {
      setFailed(refused);
    } finally {
      setBusy(false);
      setSure(false);
    }
  };
  const { label, of, once, yes: agreed } = words.read;
  return (
    <>
      {sure && (
        <p className={styles.sure} role="alert">
          {once}
        </p>
      )}
      <Problem of={failed} />
      <div className={styles.acts}>
        {sure ? (
          <>
            <Button ref={yes} size="compact-md" color="var(--bad-strong)" loading={busy} onClick={() => void read()}>
              {agreed}
            </Button>
            <Button size="compact-md" variant="default" onClick={() => setSure(false)}>
              {strings.common.cancel}
            </Button>
          </>
        ) : (
          <Button size="compact-md" aria-label={of(`${it.platform} ${it.post}`)} onClick={() => setSure(true)}>
            {label}
          </Button>
        )}
      </div>
    </>
  );
}

function OneOpening({ of, mine, it, onRead }: { of: Opening; mine: boolean; it: Kept; onRead: (of: Opened) => void }) {
  const now = useLegalNow();
  const { approvedBy, readableUntil = '', readAt } = of;
  const open = approvedBy !== undefined && !readAt && Date.parse(readableUntil) > now;
  const stands = !approvedBy
    ? words.waits
    : readAt
      ? words.wasRead(approvedBy, shortOf(readAt))
      : open
        ? words.readable(approvedBy, shortOf(readableUntil))
        : words.lapsed(approvedBy, shortOf(readableUntil));
  return (
    <div className={styles.item}>
      <p>
        {words.purposes[of.purpose]} <span className={styles.dim}>{words.asked(of.askedBy, shortOf(of.askedAt))}</span>
      </p>
      <p className={`${styles.words} ${styles.dim}`}>{of.reason}</p>
      <p>{stands}</p>
      {open && mine && it.state === 'kept' && <Read it={it} onRead={onRead} />}
    </div>
  );
}

function One({
  it,
  session,
  onDone,
  onRead,
}: {
  it: Kept;
  session: Session;
  onDone: (said: string) => void;
  onRead: (opened: Opened) => void;
}) {
  const now = useLegalNow();
  const { state, keptUntil = '', prolongedUntil } = it;
  const until = prolongedUntil && prolongedUntil > keptUntil ? prolongedUntil : keptUntil;
  const rest = Date.parse(until) - now;
  const named = `${it.platform} ${it.post}`;
  return (
    <li style={{ alignItems: 'start' }}>
      <div className={styles.left} data-tone={state === 'kept' && rest < 7 * 86_400_000 ? 'short' : 'calm'}>
        {state === 'kept' && (
          <>
            <p className={styles.time}>{coarse(rest).split(' ').slice(0, 2).join(' ')}</p>
            <p>{words.left}</p>
          </>
        )}
        {state === 'erased' && <p>{words.erased(dayOf(it.erasedAt ?? until))}</p>}
        {state === 'held' && <p>{words.held}</p>}
      </div>
      <div style={{ gridColumn: 'span 2' }}>
        <p>
          <strong className={styles.words}>{named}</strong>
          <Badge tone={state === 'kept' ? 'info' : 'mute'}>{words.stands[state]}</Badge>
          <a href={linkTo('orders', it.order)}>{words.order}</a>
          <span className={styles.dim}>{words.item(number(it.n))}</span>
          {state === 'kept' && <span className={styles.dim}>{words.keptUntil(dayOf(until))}</span>}
        </p>
        {it.prolonged.map(one => (
          <p key={`${one.until}${one.reference}`}>
            {words.prolonged(dayOf(one.until), one.authority, one.reference, one.by)}
          </p>
        ))}
        {state === 'kept' && prolongedUntil && <p className={styles.dim}>{words.relatedEnds(dayOf(keptUntil))}</p>}
        {it.openings.length > 0 && (
          <div style={{ margin: '0.5rem 0' }}>
            <h2 className={styles.bigTitle}>{words.openings}</h2>
            {it.openings.map(of => (
              <OneOpening key={of.id} of={of} mine={of.askedBy === session.person} it={it} onRead={onRead} />
            ))}
          </div>
        )}
        <div style={{ display: 'grid', gap: '0.45rem', marginTop: '0.4rem' }}>
          {actsOf(it, session).map(act => (
            <Acts
              key={act.key}
              order=""
              named={`${act.label}: ${named}`}
              acts={[act]}
              onDone={what => onDone(words.done(what))}
              onConflict={() => onDone(words.conflict)}
            />
          ))}
        </div>
      </div>
    </li>
  );
}

/** What was read: in this page's memory alone, until it is put away or left. */
function Content({ of, onHide }: { of: Opened; onHide: () => void }) {
  const { read } = words;
  const head = useRef<HTMLDivElement>(null);
  useEffect(() => head.current?.focus(), []);
  const versions = of.content.flatMap(part => part.versions);
  return (
    <div ref={head} tabIndex={-1} style={{ marginBottom: '0.8rem' }}>
      <Card
        title={`${read.title}: ${of.platform} ${of.post}`}
        aside={
          <Button size="compact-md" variant="default" onClick={onHide}>
            {read.hide}
          </Button>
        }
      >
        <p className={styles.sure}>{read.warning}</p>
        {versions.length === 0 && <p>{read.nothing}</p>}
        {versions.map(({ version, text, media = [], ciphertext }) => (
          <div key={version} className={styles.item}>
            <h3>{read.version(number(version))}</h3>
            <p className={styles.words}>
              <bdi>{text || read.noText}</bdi>
            </p>
            {ciphertext && <p className={styles.dim}>{read.encrypted}</p>}
            {media.length > 0 && (
              <>
                <p className={styles.dim}>{read.media(number(media.length))}</p>
                <ul className={styles.doubts}>
                  {media.map(one => (
                    <li key={JSON.stringify(one)} className={styles.words}>
                      {one.type} {one.url}
                    </li>
                  ))}
                </ul>
              </>
            )}
          </div>
        ))}
        <details style={{ marginTop: '0.7rem' }}>
          <summary>{read.related}</summary>
          <pre className={styles.words}>{JSON.stringify(of.related, null, 2)}</pre>
        </details>
      </Card>
    </div>
  );
}

/** What orders took down and is kept: how long, who opened it, and reading it once. */
export default function Preserved({ session }: ScreenProps) {
  const queries = useQueryClient();
  const [told, setTold] = useState('');
  const [opened, setOpened] = useState<Opened>();
  useQuery({ queryKey: ['server-time'], queryFn: hearTime, staleTime: 600_000 });
  const read = useInfiniteQuery({
    queryKey: ['preserved'],
    initialPageParam: '',
    queryFn: ({ pageParam }) =>
      ask<{ preserved: Kept[]; next?: string }>(
        `/v1/preserved${pageParam && `?cursor=${encodeURIComponent(pageParam)}`}`,
      ),
    getNextPageParam: last => last.next,
    refetchInterval: 10_000,
  });
  const again = () => void queries.invalidateQueries({ queryKey: ['preserved'] });
  const rows = read.data?.pages.flatMap(page => page.preserved) ?? [];
  return (
    <>
      <Head title={words.title} hint={words.hint} />
      <Problem of={read.error} />
      <p className={styles.status} role="status">
        {told}
      </p>
      {opened && <Content of={opened} onHide={() => setOpened(undefined)} />}
      {rows.length === 0 ? (
        <div className={styles.empty}>
          <p>{read.isPending ? strings.frame.loading : words.none}</p>
          {!read.isPending && <p>{words.noneHint}</p>}
        </div>
      ) : (
        <ol className={styles.list}>
          {rows.map(it => (
            <One
              key={it.id}
              it={it}
              session={session}
              onDone={said => {
                setTold(said);
                again();
              }}
              onRead={of => {
                setOpened(of);
                again();
              }}
            />
          ))}
        </ol>
      )}
      <More of={read} label={words.more} />
    </>
  );
}

import { Button, Checkbox, NativeSelect, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { Searched, SearchedPost } from '../../api/review-types.js';
import { ask } from '../api.js';
import { nameOfLanguage, number, shortOf } from '../format.js';
import { Badge, type Tone } from '../parts/Badge.js';
import { Choice } from '../parts/Choice.js';
import { Head } from '../parts/Head.js';
import { Problem } from '../parts/Said.js';
import table from '../parts/Table.module.css';
import { categories } from '../review/desk.js';
import { PostText } from '../review/PostText.js';
import type { ScreenProps } from '../screens.js';
import { strings } from '../strings.js';
import styles from './Search.module.css';

const words = strings.desk.search;
const alike = strings.desk.alike;
type By = keyof typeof words.kinds;
const ways = Object.entries(words.kinds) as [By, string][];
const tones: Readonly<Record<SearchedPost['state'], Tone>> = {
  none: 'mute',
  open: 'info',
  removing: 'info',
  removed: 'bad',
  kept: 'good',
};
const keyOf = ({ platform, id, version }: SearchedPost): string => `${platform}/${version}/${id}`;

function Result({
  post,
  chosen,
  onChoose,
}: {
  post: SearchedPost;
  chosen: boolean;
  onChoose: (chosen: boolean) => void;
}) {
  return (
    <li className={styles.result} data-chosen={chosen}>
      <div className={styles.line}>
        <Checkbox
          aria-label={words.select(`${post.platform}, ${post.id}`)}
          checked={chosen}
          onChange={event => onChoose(event.currentTarget.checked)}
        />
        <strong>{post.platform}</strong>
        <code>{post.author}</code>
        <span>{shortOf(post.createdAt)}</span>
        {post.language && <span>{nameOfLanguage(post.language)}</span>}
        {post.media > 0 && <span>{words.media(number(post.media))}</span>}
        <Badge tone={tones[post.state]}>{words.states[post.state]}</Badge>
        <a href={post.url} target="_blank" rel="noreferrer noopener">
          {strings.review.public}
        </a>
      </div>
      <PostText text={post.text + (post.whole ? '' : ' …')} spans={[]} />
    </li>
  );
}

interface Done {
  ids?: string[];
  approval?: string;
}

/** The same decision on all that is selected. */
function Deciding({ posts, onDone }: { posts: readonly SearchedPost[]; onDone: (done: Done) => void }) {
  const [decision, setDecision] = useState<'remove' | 'keep'>('remove');
  const decide = useMutation({
    mutationFn: (fields: FormData) =>
      ask<Done>('/console/api/search/decision', {
        method: 'POST',
        body: {
          posts: posts.map(({ platform, id, version }) => ({ platform, id, version })),
          decision: {
            decision,
            category: String(fields.get('category')),
            reason: String(fields.get('reason')).trim(),
          },
        },
      }),
    onSuccess: onDone,
  });
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    decide.mutate(new FormData(event.currentTarget));
  };
  return (
    <form className={styles.deciding} aria-label={words.decide} onSubmit={submit}>
      <p role="status">{words.selected(number(posts.length))}</p>
      <NativeSelect
        size="xs"
        label={alike.what}
        value={decision}
        onChange={event => setDecision(event.currentTarget.value as typeof decision)}
        data={[
          { value: 'remove', label: strings.review.remove },
          { value: 'keep', label: strings.review.keep },
        ]}
      />
      <NativeSelect
        key={decision}
        size="xs"
        label={alike.why}
        name="category"
        data={categories[decision].map(value => ({ value, label: strings.review.categories[value] }))}
      />
      <TextInput size="xs" label={alike.reason} name="reason" required maxLength={1_500} className={styles.reason} />
      <Button type="submit" size="xs" loading={decide.isPending}>
        {alike.send(number(posts.length))}
      </Button>
      <Problem of={decide.error} />
    </form>
  );
}

/** Finds posts that are still kept, and decides on what was found. */
export default function Search(_: ScreenProps) {
  const [by, setBy] = useState<By>('words');
  const [posts, setPosts] = useState<readonly SearchedPost[]>();
  const [next, setNext] = useState<number>();
  const [asked, setAsked] = useState<{ by: By; query: string }>();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [done, setDone] = useState<Done>();
  const search = useMutation({
    mutationFn: (body: { by: By; query: string; before?: number }) =>
      ask<Searched>('/console/api/search', { method: 'POST', body }),
    onSuccess: (found, { before }) => {
      setPosts(before === undefined ? found.posts : [...(posts ?? []), ...found.posts]);
      setNext(found.next);
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const query = String(new FormData(event.currentTarget).get('query') ?? '').trim();
    if (query === '') return;
    setChosen(new Set());
    setDone(undefined);
    setAsked({ by, query });
    search.mutate({ by, query });
  };
  const choose = (key: string, is: boolean): void => {
    const rest = [...chosen].filter(one => one !== key);
    setChosen(new Set(is ? [...rest, key] : rest));
  };
  const some = posts?.filter(post => chosen.has(keyOf(post))) ?? [];
  return (
    <>
      <Head title={words.title} hint={words.hint} />
      <search>
        <form className={styles.form} onSubmit={submit}>
          <Choice label={words.by} value={by} options={ways} onChange={setBy} />
          <TextInput
            className={styles.query}
            aria-label={words.query}
            name="query"
            placeholder={words.examples[by]}
            maxLength={2_000}
            required
          />
          <Button type="submit" loading={search.isPending}>
            {words.button}
          </Button>
        </form>
      </search>
      <Problem of={search.error} />
      <p className={done ? table.good : table.dim} role="status">
        {done?.approval
          ? alike.asked(number(some.length))
          : done?.ids
            ? words.done(number(done.ids.length))
            : posts && (posts.length === 0 ? words.none : words.found(number(posts.length)))}
      </p>
      {posts && posts.length > 0 && (
        <>
          <Checkbox
            size="xs"
            label={words.all}
            checked={some.length === posts.length}
            onChange={event => setChosen(new Set(event.currentTarget.checked ? posts.map(keyOf) : []))}
          />
          <ul className={styles.results}>
            {posts.map(post => (
              <Result
                key={keyOf(post)}
                post={post}
                chosen={chosen.has(keyOf(post))}
                onChoose={is => choose(keyOf(post), is)}
              />
            ))}
          </ul>
          {next !== undefined && asked && (
            <Button
              variant="default"
              loading={search.isPending}
              onClick={() => search.mutate({ ...asked, before: next })}
            >
              {words.more}
            </Button>
          )}
        </>
      )}
      {some.length > 0 && !done && <Deciding posts={some} onDone={setDone} />}
    </>
  );
}

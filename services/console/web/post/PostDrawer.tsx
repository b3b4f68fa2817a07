import { Drawer } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { Standing } from '../../api/standing.js';
import type { PostName } from '../App.js';
import { readStanding } from '../api.js';
import { Badge } from '../parts/Badge.js';
import { toneOfState } from '../parts/tones.js';
import { strings } from '../strings.js';
import { Evidence } from './Evidence.js';
import { HiddenText } from './HiddenText.js';
import styles from './PostDrawer.module.css';
import { Timeline } from './Timeline.js';
import { Cases, Clocks, Grounds, Why } from './Why.js';

const words = strings.post;
const moving: readonly Standing['state'][] = ['received', 'removing', 'restoring'];

function Body({ standing }: { standing: Standing }) {
  const latest = standing.versions.at(-1);
  return (
    <div className={styles.body}>
      <p className={styles.line}>
        <Badge tone={toneOfState[standing.state]}>{words.states[standing.state]}</Badge>
        <span className={styles.dim}>{standing.platform}</span>
        {latest?.url && (
          <a href={latest.url} target="_blank" rel="noreferrer noopener">
            {words.public}
          </a>
        )}
      </p>
      {standing.removal?.state === 'pending' && standing.removal.detail && (
        <p className={styles.pending}>
          <strong>{words.pending(standing.removal.attempts)}</strong> {standing.removal.detail}
        </p>
      )}
      <Timeline steps={standing.steps} many={standing.versions.length > 1} />
      {latest && !latest.erased && (
        <HiddenText key={latest.version} platform={standing.platform} id={standing.id} version={latest.version} />
      )}
      <Why version={standing.versions.findLast(version => version.assessment)} />
      <Grounds standing={standing} />
      <Cases standing={standing} />
      <Clocks standing={standing} />
      <Evidence evidence={standing.evidence} />
    </div>
  );
}

function Read({ platform, id }: PostName) {
  const { data, isError } = useQuery({
    queryKey: ['standing', platform, id],
    queryFn: () => readStanding(platform, id),
    refetchInterval: query => (query.state.data && moving.includes(query.state.data.state) ? 1_000 : 10_000),
  });
  if (data) return <Body standing={data} />;
  return (
    <p className={styles.dim} role="status">
      {isError ? words.failed : words.loading}
    </p>
  );
}

/** All that is known of one post. */
export function PostDrawer({ post, onClose }: { post: PostName | undefined; onClose: () => void }) {
  return (
    <Drawer
      opened={post !== undefined}
      onClose={onClose}
      position="right"
      size="40rem"
      title={
        <span className={styles.title}>
          {words.title} <code>{post?.id}</code>
        </span>
      }
      closeButtonProps={{ 'aria-label': words.close }}
      classNames={{ content: styles.content, header: styles.header }}
      transitionProps={{ duration: 120 }}
    >
      {post && <Read {...post} />}
    </Drawer>
  );
}

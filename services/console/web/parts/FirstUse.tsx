import { Button } from '@mantine/core';
import type { LiveFrame } from '../../api/live/frame.js';
import { strings } from '../strings.js';
import { Card } from './Card.js';
import styles from './FirstUse.module.css';
import { TestPost } from './TestPost.js';

const words = strings.firstUse;

/** What to do where nothing has come in yet. */
export function FirstUse({ frame }: { frame: LiveFrame }) {
  if (!frame.sandbox) {
    const post =
      '{"id":"1","platform":"example","url":"https://example.org/1","audience":"public","author":{"id":"a"},"text":"Hello","createdAt":"2026-01-01T00:00:00Z"}';
    const command = `curl -H "Authorization: Bearer KEY" -H "Content-Type: application/json" -d '${post}' ${window.location.origin}/v1/posts`;
    return (
      <Card title={words.title}>
        <p className={styles.hint}>{words.send}</p>
        <TestPost words={command} />
      </Card>
    );
  }
  return (
    <Card title={words.title}>
      <ol className={styles.steps}>
        <li>
          <strong>{words.open}</strong> {words.openHint}
        </li>
        <li>
          <strong>{words.write}</strong> {words.writeHint}
          <TestPost words={frame.testPost} />
        </li>
        <li>
          <strong>{words.watch}</strong> {words.watchHint}
        </li>
      </ol>
      <Button component="a" href={frame.sandbox} size="md">
        {words.button}
      </Button>
    </Card>
  );
}

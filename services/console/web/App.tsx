import { useState } from 'react';
import styles from './App.module.css';
import { Figures } from './parts/Figures.js';
import { FirstUse } from './parts/FirstUse.js';
import { Header } from './parts/Header.js';
import { Posts } from './parts/Posts.js';
import { Health, Probe } from './parts/Side.js';
import { Steps } from './parts/Steps.js';
import { PostDrawer } from './post/PostDrawer.js';
import { strings } from './strings.js';
import { useLive } from './useLive.js';

export interface PostName {
  platform: string;
  id: string;
}

export function App() {
  const { frame, connection } = useLive();
  const [shown, show] = useState<PostName>();
  const empty = frame && frame.items.length === 0 && frame.received.hour === 0;

  return (
    <>
      <Header sandbox={frame?.sandbox} connection={connection} />
      <main className={styles.main}>
        {frame ? (
          <>
            <Figures frame={frame} />
            <div className={styles.columns}>
              {!empty && <Steps frame={frame} />}
              <div className={styles.posts}>
                {empty ? <FirstUse frame={frame} /> : <Posts frame={frame} onOpen={show} />}
              </div>
              <Probe frame={frame} />
              <Health frame={frame} />
            </div>
          </>
        ) : (
          <p className={styles.waiting}>{strings.connection.said[connection]}</p>
        )}
      </main>
      <PostDrawer post={shown} onClose={() => show(undefined)} />
    </>
  );
}

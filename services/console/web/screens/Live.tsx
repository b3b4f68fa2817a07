import { useState } from 'react';
import type { PostName } from '../App.js';
import { Figures } from '../parts/Figures.js';
import { FirstUse } from '../parts/FirstUse.js';
import { LiveHead } from '../parts/LiveHead.js';
import { Posts } from '../parts/Posts.js';
import { Samples } from '../parts/Samples.js';
import { Health, Probe } from '../parts/Side.js';
import { Steps } from '../parts/Steps.js';
import { PostDrawer } from '../post/PostDrawer.js';
import type { ScreenProps } from '../screens.js';
import { may } from '../session.js';
import { strings } from '../strings.js';
import { useLive } from '../useLive.js';
import styles from './Live.module.css';

/** What comes in and what becomes of it, as it happens. */
export default function Live({ session }: ScreenProps) {
  const { frame, connection } = useLive();
  const [shown, show] = useState<PostName>();
  const empty = frame && frame.items.length === 0 && frame.received.hour === 0;

  return (
    <div className={styles.live}>
      <LiveHead sandbox={frame?.sandbox} connection={connection} />
      {frame ? (
        <>
          <Figures frame={frame} />
          <div className={styles.columns}>
            {!empty && <Steps frame={frame} />}
            <div className={styles.posts}>
              {empty ? <FirstUse frame={frame} /> : <Posts frame={frame} onOpen={show} />}
            </div>
            {may(session, 'banks:write') && <Samples empty={empty === true} />}
            <Probe frame={frame} />
            <Health frame={frame} />
          </div>
        </>
      ) : (
        <p className={styles.waiting}>{strings.connection.said[connection]}</p>
      )}
      <PostDrawer post={shown} onClose={() => show(undefined)} />
    </div>
  );
}

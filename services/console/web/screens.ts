import type { Scope } from '../../accounts/index.js';
import { type Lazy, lazy } from './lazy.js';
import { may, type Session } from './session.js';
import type { Words } from './words/en.js';

export interface ScreenProps {
  session: Session;
  /** What follows the screen's name in the address. */
  rest: readonly string[];
}

export interface Screen {
  name: keyof Words['frame']['screens'];
  group: keyof Words['frame']['groups'];
  /** What a person needs to be allowed; of nobody in particular nothing is asked where the installation shows it to anybody. */
  needs?: Scope;
  /** Shown without a sign-in, where it listens on this machine only. */
  open?: boolean;
  /** In the account's menu instead of the navigation. */
  own?: boolean;
  /** Each is a file of its own, read when it is first shown. */
  Body: Lazy<ScreenProps>;
}

/** Every screen there is, in the order of the navigation. */
export const screens: readonly Screen[] = [
  { name: 'live', group: 'work', needs: 'posts:read', open: true, Body: lazy(() => import('./screens/Live.js')) },
  { name: 'review', group: 'work', needs: 'cases:decide', Body: lazy(() => import('./screens/Review.js')) },
  { name: 'quality', group: 'work', needs: 'cases:decide', Body: lazy(() => import('./screens/Quality.js')) },
  { name: 'orders', group: 'desk', needs: 'orders:read', Body: lazy(() => import('./screens/Orders.js')) },
  { name: 'threats', group: 'desk', needs: 'orders:read', Body: lazy(() => import('./screens/Threats.js')) },
  // Whoever is paged about clocks.
  { name: 'clocks', group: 'desk', needs: 'pages:acknowledge', Body: lazy(() => import('./screens/Clocks.js')) },
  { name: 'authorities', group: 'desk', needs: 'orders:read', Body: lazy(() => import('./screens/Authorities.js')) },
  { name: 'preserved', group: 'desk', needs: 'preserved:read', Body: lazy(() => import('./screens/Preserved.js')) },
  { name: 'exposed', group: 'desk', needs: 'orders:read', Body: lazy(() => import('./screens/Exposed.js')) },
  { name: 'search', group: 'work', needs: 'cases:decide', Body: lazy(() => import('./screens/Search.js')) },
  { name: 'queue', group: 'work', needs: 'queue:lead', Body: lazy(() => import('./screens/Queue.js')) },
  { name: 'figures', group: 'work', needs: 'figures:read', Body: lazy(() => import('./screens/Figures.js')) },
  {
    name: 'platforms',
    group: 'operate',
    needs: 'deliveries:read',
    Body: lazy(() => import('./screens/Platforms.js')),
  },
  { name: 'panels', group: 'operate', needs: 'figures:read', Body: lazy(() => import('./screens/Panels.js')) },
  {
    name: 'letters',
    group: 'operate',
    needs: 'dead-letters:read',
    Body: lazy(() => import('./screens/DeadLetters.js')),
  },
  { name: 'banks', group: 'operate', needs: 'banks:read', Body: lazy(() => import('./screens/Banks.js')) },
  { name: 'tuning', group: 'operate', needs: 'policies:read', Body: lazy(() => import('./screens/Tuning.js')) },
  { name: 'policies', group: 'operate', needs: 'policies:read', Body: lazy(() => import('./screens/Policies.js')) },
  { name: 'backtests', group: 'operate', needs: 'policies:read', Body: lazy(() => import('./screens/Backtests.js')) },
  { name: 'models', group: 'operate', needs: 'policies:read', Body: lazy(() => import('./screens/Models.js')) },
  { name: 'incidents', group: 'operate', needs: 'policies:read', Body: lazy(() => import('./screens/Incidents.js')) },
  {
    name: 'approvals',
    group: 'administer',
    needs: 'approvals:decide',
    Body: lazy(() => import('./screens/Approvals.js')),
  },
  { name: 'people', group: 'administer', needs: 'admin', Body: lazy(() => import('./screens/People.js')) },
  { name: 'keys', group: 'administer', needs: 'admin', Body: lazy(() => import('./screens/Keys.js')) },
  { name: 'account', group: 'work', own: true, Body: lazy(() => import('./screens/Account.js')) },
];

/** Whether a screen is for who is signed in, or for nobody in particular. */
export function isFor({ open, needs }: Screen, session: Session): boolean {
  if (!session.person) return open === true && !session.needed;
  return needs === undefined || may(session, needs);
}

import { busKey, type PostAssessed, postAssessed } from '../../services/contracts/index.js';
import { decideCase } from '../../services/enforce/decide.js';
import { type Changes, liftGrounds, requestRemoval } from '../../services/enforce/request.js';
import type { GroundRow, RemovalRow } from '../../services/enforce/tables.js';
import { ConflictError, Problem } from '../../services/runtime/index.js';
import { fc } from '../property.js';
import { freshDatabase, freshTopicPrefix, startKafka, withServers } from '../servers/index.js';
import { until } from '../until.js';
import type { Manner } from './platform.js';
import { openScene, type Scene } from './setup.js';

/** What may happen to an item, one after the other or at the same moment. */
type Step =
  | { does: 'policy'; rule: string; action: 'remove' | 'withhold' | 'review'; newVersion: boolean }
  | { does: 'decide'; decision: 'remove' | 'keep' | 'restore'; which: number }
  | { does: 'order' | 'lift'; ref: keyof typeof territories };

/** In which States the orders want it gone; undefined: everywhere. */
const territories = { o1: undefined, o2: ['DE'], o3: ['DE', 'FR'] };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    does: fc.constant('policy' as const),
    rule: fc.constantFrom('a', 'b'),
    action: fc.constantFrom('remove' as const, 'withhold' as const, 'review' as const),
    newVersion: fc.boolean(),
  }),
  fc.record({
    does: fc.constant('decide' as const),
    decision: fc.constantFrom('remove' as const, 'keep' as const, 'restore' as const),
    which: fc.nat(3),
  }),
  fc.record({
    does: fc.constantFrom('order' as const, 'lift' as const),
    ref: fc.constantFrom('o1' as const, 'o2' as const, 'o3' as const),
  }),
);
/** Each inner list happens at the same moment. */
const story = fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 6 });

let scene: Scene;
let items = 0;
let events = 0;

/** One item on the platform, and what can be done about it. */
class Subject {
  readonly id = `ground-${process.pid}-${items++}`;
  #version = 1;
  #text = `Item ${this.id} has words of its own that can be looked for.`;

  constructor() {
    scene.platform.publish(this.id, this.#text);
  }

  async policy({ rule, action, newVersion }: Extract<Step, { does: 'policy' }>): Promise<void> {
    // The version is taken at once: of two that come at the same moment, each is another.
    if (newVersion) this.#version++;
    const now = scene.time.now();
    const data: PostAssessed = {
      platform: 'acme',
      id: this.id,
      version: this.#version,
      url: `${scene.platform.origin}/posts/${this.id}`,
      authorId: 'tester',
      action,
      priority: 1,
      rule,
      reasons: [],
      scores: {},
      findings: [],
      versions: { policy: 'p' },
      route: 'api',
      flags: [],
      createdAt: now,
      receivedAt: now,
      assessedAt: now,
    };
    const id = `grounds-${process.pid}-${events++}`;
    const event = { id, type: postAssessed.type, source: '/classify', time: now, key: busKey(data), data };
    await scene.runtime.commit([], [{ topic: 'assessments', event }]);
    await until(
      () =>
        scene.db
          .tables<{ inbox: { consumer: string; id: string } }>()
          .selectFrom('inbox')
          .select('id')
          .where('consumer', '=', 'enforce')
          .where('id', '=', id)
          .executeTakeFirst(),
      'the stage',
    );
  }

  async decide({ decision, which }: Extract<Step, { does: 'decide' }>): Promise<void> {
    const { cases } = await scene.item(this.id);
    const found = cases[which % Math.max(cases.length, 1)];
    if (!found) return;
    try {
      await decideCase(scene.runtime, found.id, { decision, reason: 'r', by: 'somebody' });
    } catch (error) {
      // Decided otherwise, or an order in force: said, and nothing is changed.
      if (!(error instanceof Problem) || error.status !== 409) throw error;
      if (error.extra.order) expect(decision).toBe('restore');
      else expect(decision).not.toBe('restore');
    }
  }

  order(ref: keyof typeof territories): Promise<void> {
    return this.#change(removal => {
      const request = {
        platform: 'acme',
        postId: this.id,
        version: this.#version,
        url: `${scene.platform.origin}/posts/${this.id}`,
        authorId: 'tester',
        ground: { kind: 'order' as const, ref },
        by: 'an authority',
        at: scene.time.now(),
        postedAt: scene.time.now(),
        route: 'order',
        flags: [],
        territory: territories[ref],
      };
      return requestRemoval(scene.db, request, removal);
    });
  }

  lift(ref: string): Promise<void> {
    const lifting = (ground: GroundRow) => ground.kind === 'order' && ground.ref === ref;
    return this.#change((removal, inForce) =>
      liftGrounds(scene.db, removal, inForce, lifting, 'an authority', scene.time.now()),
    );
  }

  async #change(make: (removal: RemovalRow | undefined, inForce: GroundRow[]) => Changes): Promise<void> {
    for (let tries = 0; ; tries++) {
      const { removal } = await scene.item(this.id);
      const { writes, events: made } = make(removal, await this.inForce());
      try {
        if (writes.length > 0) await scene.runtime.commit(writes, made);
        return;
      } catch (error) {
        if (!(error instanceof ConflictError) || tries === 20) throw error;
      }
    }
  }

  async inForce(): Promise<GroundRow[]> {
    const { grounds } = await scene.item(this.id);
    return grounds.filter(ground => ground.lifted_at === null);
  }

  run(one: Step): Promise<void> {
    if (one.does === 'policy') return this.policy(one);
    if (one.does === 'decide') return this.decide(one);
    return one.does === 'order' ? this.order(one.ref) : this.lift(one.ref);
  }

  asked(grounds: readonly GroundRow[]): string | null {
    const states = grounds
      .filter(ground => ground.lifted_at === null)
      .map(({ ref }) => territories[ref as keyof typeof territories]);
    return states.includes(undefined) ? null : JSON.stringify([...new Set(states.flat())].sort());
  }

  /** It is to be down just as long as there is a ground. */
  async check(): Promise<boolean> {
    const { removal, grounds } = await scene.item(this.id);
    const down = grounds.some(ground => ground.lifted_at === null);
    expect({ down, wanted: removal?.wanted ?? 'public' }).toEqual({ down, wanted: down ? 'gone' : 'public' });
    // Nor in more States than they ask for together.
    if (down) expect(removal?.territory).toEqual(this.asked(grounds));
    return down;
  }
}

/** Found once. Gone in some States, it is wanted gone in all: it can't be seen any more and is called for. Or it is still gone everywhere, from before. */
const examples: [Step[][], Manner][] = [
  [[[{ does: 'order', ref: 'o3' }], [{ does: 'policy', rule: 'a', action: 'remove', newVersion: true }]], 'obey'],
  [
    [
      [{ does: 'policy', rule: 'a', action: 'remove', newVersion: false }],
      [{ does: 'decide', decision: 'restore', which: 0 }],
      [{ does: 'order', ref: 'o3' }],
    ],
    'slow',
  ],
  // Gone by what was called for in an earlier version, and so not found in this one; then it is wanted gone in fewer States.
  [
    [
      [
        { does: 'policy', rule: 'a', action: 'remove', newVersion: false },
        { does: 'policy', rule: 'a', action: 'remove', newVersion: true },
      ],
      [
        { does: 'policy', rule: 'a', action: 'remove', newVersion: true },
        { does: 'order', ref: 'o3' },
      ],
      [{ does: 'policy', rule: 'a', action: 'review', newVersion: true }],
      [
        { does: 'decide', decision: 'keep', which: 3 },
        { does: 'decide', decision: 'remove', which: 0 },
      ],
    ],
    'obey',
  ],
];

function holds(runs: number): void {
  test('content is down as long as there is a ground, whatever happens in whatever order', async () => {
    await fc.assert(
      fc.asyncProperty(story, fc.constantFrom<Manner>('obey', 'obey', 'slow'), async (steps, manner) => {
        const subject = new Subject();
        // Also where calls are under way while the next is decided.
        scene.platform.manners.set(subject.id, manner);
        let down = false;
        for (const together of steps) {
          await Promise.all(together.map(one => subject.run(one)));
          down = await subject.check();
        }
        // And so it comes to be on the platform.
        await until(async () => {
          const { removal } = await scene.item(subject.id);
          return removal?.state !== 'pending';
        }, 'the work to be done').catch(async error => {
          throw new Error(`${error.message}: ${JSON.stringify((await scene.item(subject.id)).removal)}`);
        });
        const page = scene.platform.pages.get(subject.id);
        expect(page?.removed).toBe(down);
        const { removal, grounds } = await scene.item(subject.id);
        expect(removal?.narrowing ?? null).toBeNull();
        const asked = subject.asked(grounds);
        if (down) expect(page?.territory).toEqual(asked === null ? 'all' : JSON.parse(asked));
        const calls = scene.platform.callsFor(subject.id);
        expect(calls.filter(call => call.did === 'stale')).toEqual([]);
      }),
      { numRuns: Number(process.env.FC_RUNS ?? runs), interruptAfterTimeLimit: 60_000, examples },
    );
  }, 120_000);

  test('no clock is left running', async () => {
    await scene.quiet();
    const open = await scene.db
      .tables<{ clocks: { obligation: string; open: number; subject: string; state: string; post_id: string } }>()
      .selectFrom('clocks')
      .selectAll()
      .where('open', '=', 1)
      .where('obligation', '<>', 'review')
      .execute();
    // What is gone where nobody looks from here is the platform's word, which ends no clock.
    const stand = await Promise.all(open.map(async clock => (await scene.item(clock.post_id)).removal?.state));
    expect(open.filter((_, i) => stand[i] !== 'claimed')).toEqual([]);
  });
}

describe('in one process', () => {
  beforeAll(async () => {
    scene = await openScene({ SANSDELAI_VANTAGE: 'DE-frankfurt' }, true);
    scene.platform.seenFrom = 'DE';
  });
  afterAll(() => scene.end());
  holds(15);
});

withServers(['kafka', 'postgres'], 'on PostgreSQL, where commits run beside each other', () => {
  beforeAll(async () => {
    const { brokers } = await startKafka();
    scene = await openScene(
      {
        SANSDELAI_VANTAGE: 'FR-paris',
        DATABASE_URL: await freshDatabase(),
        KAFKA_BROKERS: brokers.join(),
        KAFKA_TOPIC_PREFIX: freshTopicPrefix(),
      },
      true,
    );
    scene.platform.seenFrom = 'FR';
  }, 120_000);
  afterAll(() => scene.end());
  holds(10);
});

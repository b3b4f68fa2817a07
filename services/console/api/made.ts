import { type AssessmentRow, readAssessment } from '../../classify/index.js';
import { busKey, versionKey } from '../../contracts/index.js';
import { type CaseRow, quality } from '../../enforce/index.js';
import { readPosts } from '../../ingest/index.js';
import { isoTime, type Runtime } from '../../runtime/index.js';
import { type ClockView, readClocks } from './clocks.js';

type Needs = Pick<Runtime, 'db' | 'time'>;

/** What was made of a post, and its clocks; of a test case's post what it is to look as if, so that nobody can tell it from others. */
export async function readShown({ db, time }: Needs, platform: string, id: string) {
  const [assessments, clocks] = await Promise.all([readAssessment(db, platform, id), readClocks(db, platform, id)]);
  const made =
    assessments.length === 0 && clocks.length === 0
      ? (await quality.readMade({ db }, [{ platform, id }])).get(busKey({ platform, id }))
      : undefined;
  if (!made) return { assessments, clocks };
  const { assessment, clock, receivedAt } = made;
  const shown: AssessmentRow[] = assessment
    ? [
        {
          ...{
            key: versionKey({ platform, version: 1, id }),
            item: busKey({ platform, id }),
            basis: null,
            answered: null,
            received_at: receivedAt,
          },
          ...{ action: assessment.action, rule: assessment.rule, detail: assessment.detail },
          assessed_at: assessment.assessedAt,
        },
      ]
    : [];
  const running: ClockView[] = clock
    ? [
        {
          ...{ id: clock.id, obligation: clock.obligation, platform, post_id: id },
          state: clock.dueAt !== null && clock.dueAt <= time.now() ? 'breached' : 'running',
          ...{ started_at: clock.startedAt, due_at: clock.dueAt, ended_at: null, seconds: null, reopened: 0 },
        },
      ]
    : [];
  return { assessments: shown, clocks: running };
}

/** What a test case is made in the image of. */
export async function modelOf({ db, config }: Pick<Runtime, 'db' | 'config'>, row: CaseRow): Promise<quality.Model> {
  const { platform, post_id: id, version } = row;
  const [[stored], assessments, clocks] = await Promise.all([
    readPosts(db, [{ platform, id, version }]),
    readAssessment(db, platform, id),
    readClocks(db, platform, id),
  ]);
  const assessment = assessments.find(({ key }) => key === versionKey({ platform, version, id }));
  const clock = clocks.findLast(({ obligation }) => obligation === 'review');
  return {
    receivedAt: stored?.receivedAt ?? row.opened_at,
    createdAt: stored?.post.createdAt ?? isoTime(row.posted_at),
    views: stored?.post.views,
    ...(assessment && {
      assessment: {
        ...{ action: assessment.action, rule: assessment.rule, detail: assessment.detail },
        assessedAt: assessment.assessed_at,
      },
    }),
    // Where it was decided, its clock has no limit any more; where it was opened this moment, none yet.
    clock: {
      obligation: clock?.obligation ?? 'review',
      startedAt: clock?.started_at ?? row.opened_at,
      dueAt: clock?.due_at ?? (clock?.started_at ?? row.opened_at) + config.CLOCK_REVIEW,
    },
  };
}

import type { Finding, Post } from '../../contracts/index.js';
import { ownPrefix } from '../../policies/index.js';
import type { Log, Time } from '../../runtime/index.js';
import { type Signal, SignalAway } from '../signals/signal.js';
import { Breaker, type Circuit } from './breaker.js';
import { type Declaration, DeclarationError } from './declaration.js';
import { scoreAll } from './golden.js';
import { type Given, ModelRefused, type OpenModel, type Row } from './model.js';
import { limitsOf, openChecked } from './open.js';

/** `loading`: looked at for the first time; `live`; `refused`: not as declared; `absent`: it does not answer, or its calls fail. */
export type ModelState = 'loading' | 'live' | 'refused' | 'absent';

/** A model of the operator's own, as it is shown. */
export interface ModelView {
  name: string;
  kind?: Declaration['kind'];
  /** The model whose place it could take. */
  instead?: string;
  description?: string;
  state: ModelState;
  version?: string;
  labels: { label: string; meaning?: string; threshold?: number }[];
  circuit?: Circuit;
  /** Milliseconds since 1970: since when this version is live. */
  since?: number;
  /** It says the same of a post whatever is asked with it, bit for bit. */
  reproducible?: boolean;
  /** Why it is not live, or why what is declared now is not: then an earlier version goes on. */
  problem?: string;
}

interface Live {
  declared: Declaration;
  model: OpenModel;
  version: string;
  reproducible: boolean;
  breaker: Breaker;
  since: number;
  calls: number;
  retired: boolean;
}

/** One file of the registry: what is declared in it, what of that is live, and the signal that asks it. */
export class OwnModel {
  #live: Live | undefined;
  /** The newest declaration that could be read; its labels are what policies are checked against. */
  #declared: Declaration | undefined;
  #state: ModelState = 'loading';
  #problem: string | undefined;
  #stopped = false;
  readonly signal: Signal;

  constructor(
    readonly name: string,
    private readonly time: Time,
    private readonly log: Log,
  ) {
    this.signal = this.#asSignal();
  }

  /** What the signal goes by: the live version's, else the newest. Undefined where none could ever be read. */
  get declared(): Declaration | undefined {
    return this.#live?.declared ?? this.#declared;
  }

  /** What is declared could not be read. What was live goes on. */
  refuse(problem: string): void {
    this.#problem = problem;
    if (!this.#live) this.#state = 'refused';
    this.log.warn({ model: this.name, problem }, 'a model of the registry can not be used');
  }

  /** Opens and checks what is declared; only then it takes the place of what was live. Never rejects. */
  async load(declared: Declaration, text: string, folder: string): Promise<void> {
    this.#declared = declared;
    try {
      const { model, version, reproducible } = await openChecked(this.name, declared, text, folder, this.time);
      if (this.#stopped) return await model.stop();
      const before = this.#live;
      const breaker = new Breaker(this.time, declared.breaker);
      this.#live = {
        declared,
        model,
        version,
        reproducible,
        breaker,
        since: this.time.now(),
        calls: 0,
        retired: false,
      };
      this.#state = 'live';
      this.#problem = undefined;
      this.log.info({ model: this.name, version }, 'a model of the registry is live');
      if (before) await this.#retire(before);
    } catch (error) {
      const asDeclared = !(error instanceof ModelRefused || error instanceof DeclarationError);
      this.refuse((error as Error).message);
      if (!this.#live && asDeclared) this.#state = 'absent';
    }
  }

  /** Whether what is declared is in use. */
  get settled(): boolean {
    return this.#problem === undefined && this.#state === 'live';
  }

  view(): ModelView {
    const declared = this.declared;
    const live = this.#live;
    const circuit = live?.breaker.state;
    return {
      name: this.name,
      ...(declared && { kind: declared.kind }),
      ...(declared?.instead !== undefined && { instead: declared.instead }),
      ...(declared?.description !== undefined && { description: declared.description }),
      state: live && circuit !== 'closed' ? 'absent' : this.#state,
      ...(live && { version: versionOf(live), since: live.since, circuit: live.breaker.state }),
      ...(live?.reproducible && { reproducible: true }),
      labels: Object.entries(declared?.labels ?? {}).map(([label, more]) => ({ label, ...more })),
      ...(this.#problem !== undefined && { problem: this.#problem }),
    };
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    const live = this.#live;
    this.#live = undefined;
    this.#problem = 'it was taken out of the registry';
    if (live) await live.model.stop();
  }

  /** Ends a model once nobody waits for it. */
  async #retire(live: Live): Promise<void> {
    live.retired = true;
    if (live.calls === 0) await live.model.stop();
  }

  async #ask(posts: readonly Post[]): Promise<Finding[][]> {
    const live = this.#live;
    if (!live) throw new SignalAway(`model ${this.name}: ${this.#problem ?? 'it is not loaded yet'}`);
    if (!live.breaker.admits())
      throw new SignalAway(`model ${this.name}: its calls failed and are not made for a while`);
    live.calls++;
    try {
      const given = posts.map(post => givenOf(post, live.declared));
      const rows = await scoreAll(live.model, given, limitsOf(live.declared).batch);
      live.breaker.succeeded();
      return rows.map(row => findingsOf(this.name, live.declared, row));
    } catch (error) {
      live.breaker.failed();
      throw new Error(`model ${this.name}: ${(error as Error).message}`, { cause: error });
    } finally {
      live.calls--;
      if (live.retired && live.calls === 0) void live.model.stop();
    }
  }

  #asSignal(): Signal {
    const declared = () => this.declared;
    const live = () => this.#live;
    const problem = () => this.#problem;
    return {
      name: `${ownPrefix}${this.name}`,
      get takes() {
        const found = declared();
        return found?.kind === 'http' ? found.takes : (['text'] as const);
      },
      get languages() {
        return declared()?.languages ?? ('any' as const);
      },
      cost: 'remote',
      get labels() {
        return Object.keys(declared()?.labels ?? {});
      },
      get limits() {
        const found = declared();
        if (!found) return {};
        const { batch, timeout } = limitsOf(found);
        const { perMinute } = found;
        return {
          posts: batch,
          calls: 'calls' in found ? found.calls : 1,
          // It ends its calls itself; this is for what nobody thought of.
          timeout: timeout + 1_000,
          ...(perMinute !== undefined && { perMinute }),
        };
      },
      get reproducible() {
        return live()?.reproducible ?? false;
      },
      version: () => {
        const found = live();
        return found ? versionOf(found) : 'none';
      },
      assess: posts => this.#ask(posts),
      problem: async () => problem(),
      stop: () => this.stop(),
    };
  }
}

/** Of remote models also the version that the server told last. */
function versionOf({ declared, model, version }: Live): string {
  const served = 'url' in declared ? model.served() : undefined;
  return served === undefined ? version : `${version} (${served.slice(0, 100)})`;
}

/** The parts of a post that a model is given. */
function givenOf({ text = '', language, links, media }: Post, declared: Declaration): Given {
  const takes: readonly string[] = declared.kind === 'http' ? declared.takes : ['text'];
  return {
    text: takes.includes('text') ? text.slice(0, declared.maxText) : '',
    ...(language !== undefined && { language }),
    ...(takes.includes('links') && links && { links }),
    ...(takes.includes('media') && media && { media }),
  };
}

function findingsOf(name: string, declared: Declaration, { scores, reason }: Row): Finding[] {
  const { labels } = declared;
  const words = 'keepReasons' in declared && declared.keepReasons ? plain(reason ?? '') : '';
  return Object.entries(labels).map(([label, { threshold }], i) => {
    const score = Math.round(scores[i]! * 10_000) / 10_000;
    const over = threshold !== undefined && score >= threshold;
    const said = `${name} gives ${score.toFixed(2)} for ${label}${over ? ', over its threshold' : ''}`;
    return {
      signal: `${ownPrefix}${name}`,
      label,
      score,
      reason: over && words ? `${said}: ${words}` : said,
      over,
    };
  });
}

/** A model's words as people can be shown them. */
const plain = (text: string): string =>
  text
    .replace(/\p{C}+/gu, ' ')
    .trim()
    .slice(0, 300);

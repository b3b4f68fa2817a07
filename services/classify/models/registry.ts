import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type Log, loop, type Stoppable, type Time } from '../../runtime/index.js';
import type { Signal } from '../signals/signal.js';
import { type Declaration, DeclarationError, filesOf, parseDeclaration } from './declaration.js';
import type { Registered } from './in-use.js';
import { type ModelView, OwnModel } from './own-model.js';

const lookEvery = 1_000;
/** A start waits so long (ms) for the models to be looked at; those that take longer come in when they are ready. */
const patience = 10_000;
const mostFiles = 200;
const validName = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** The operator's own models, as they are declared at this moment. */
export interface Registry extends Stoppable {
  /** One for each model whose declaration could be read, live or not. */
  signals(): readonly Signal[];
  /** The same, with what each is called and whose place it could take. */
  models(): readonly Registered[];
  list(): ModelView[];
  /** Looks at the folder now; resolves once what was new is live or refused. */
  look(): Promise<void>;
}

interface Entry {
  model: OwnModel;
  /** What was tried last: the declaration, and the files that it names as they were. */
  tried: string;
  text: string;
  declared: Declaration | undefined;
  /** When (steady ms) what does not answer is tried again. */
  againAt: number;
  loading: Promise<void> | undefined;
}

/**
 * Follows a folder of declarations (`*.yaml`; the file's name is the model's). Whatever changes there is opened and checked, and is used only then; what
 * was in use before goes on until it is, and where it never is.
 * @throws the file system's error where there is no such folder
 */
export async function followRegistry(folder: string, { time, log }: { time: Time; log: Log }): Promise<Registry> {
  const entries = new Map<string, Entry>();

  const look = async (): Promise<void> => {
    const found = list(folder);
    for (const [name, entry] of entries) {
      if (found.has(name)) continue;
      entries.delete(name);
      log.warn({ model: name }, 'a model was taken out of the registry');
      await entry.model.stop();
    }
    const loads = [...found].map(([name, text]) => {
      const entry = entries.get(name) ?? newEntry(name);
      entries.set(name, entry);
      entry.loading ??= refresh(entry, name, text).finally(() => {
        entry.loading = undefined;
      });
      return entry.loading;
    });
    await Promise.all(loads);
  };

  const newEntry = (name: string): Entry => ({
    model: new OwnModel(name, time, log),
    tried: '',
    text: '',
    declared: undefined,
    againAt: 0,
    loading: undefined,
  });

  const refresh = async (entry: Entry, name: string, text: string): Promise<void> => {
    if (text !== entry.text) {
      entry.text = text;
      entry.declared = undefined;
      try {
        if (!validName.test(name)) throw new DeclarationError('its name must be 1 to 63 of a-z, 0-9 and "-"');
        entry.declared = parseDeclaration(text);
      } catch (error) {
        if (!(error instanceof DeclarationError)) throw error;
        entry.tried = text;
        return entry.model.refuse(error.message);
      }
    }
    const { declared } = entry;
    if (!declared) return;
    const now = `${text}\0${filesOf(declared).map(path => stamp(join(folder, path)))}`;
    const again = 'url' in declared && !entry.model.settled && time.steady() >= entry.againAt;
    if (now === entry.tried && !again) return;
    entry.tried = now;
    await entry.model.load(declared, text, folder);
    entry.againAt = time.steady() + declared.breaker.seconds * 1000;
  };

  let told = '';
  const tell = (error: unknown): void => {
    const { message } = error as Error;
    if (message !== told)
      log.warn({ folder, problem: message }, 'the registry of models can not be read; it stays as it is');
    told = message;
  };
  // One that is slow to load must keep neither a start nor the others waiting.
  const lookWithin = async (ms: number): Promise<void> => {
    const enough = new AbortController();
    await Promise.race([look(), time.sleep(ms, enough.signal)]).finally(() => enough.abort());
  };
  await lookWithin(patience).catch(error => {
    throw new Error(`the registry of models (SANSDELAI_MODELS) can not be read: ${(error as Error).message}`);
  });
  const models = (): Registered[] =>
    [...entries.values()].flatMap(({ model: { name, declared, signal } }) =>
      declared ? [{ name, instead: declared.instead, signal }] : [],
    );
  const looking = loop(time, lookEvery, () => lookWithin(lookEvery), tell);
  return {
    signals: () => models().map(({ signal }) => signal),
    models,
    list: () => [...entries.values()].map(({ model }) => model.view()).sort((a, b) => (a.name < b.name ? -1 : 1)),
    look,
    async stop() {
      await looking.stop();
      await Promise.all([...entries.values()].map(({ model }) => model.stop()));
    },
  };
}

/** The texts of the declarations by name. @throws the file system's error where the folder is not there: then nothing is changed. */
function list(folder: string): Map<string, string> {
  const files = readdirSync(folder).filter(name => name.endsWith('.yaml'));
  if (files.length > mostFiles) throw new Error(`it holds more than ${mostFiles} declarations`);
  return new Map(files.map(file => [basename(file, '.yaml'), readFileSync(join(folder, file), 'utf8')]));
}

/** Changes when the file does, or any file below the folder. */
function stamp(path: string): string {
  try {
    const stat = statSync(path);
    if (!stat.isDirectory()) return `${stat.size}@${stat.mtimeMs}`;
    return readdirSync(path, { recursive: true, encoding: 'utf8' })
      .sort()
      .map(name => {
        const { size, mtimeMs } = statSync(join(path, name));
        return `${name}:${size}@${mtimeMs}`;
      })
      .join();
  } catch (error) {
    return (error as Error).message;
  }
}

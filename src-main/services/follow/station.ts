import { setTimeout as delay } from 'node:timers/promises';
import { ClipSamError, failure, toErrorRecord } from '../../../src-shared/errors.ts';
import type { FollowSettings } from '../../../src-shared/followed-folder.ts';
import { schemaIssues } from '../../../src-shared/schema-issues.ts';
import {
  type BrokerSettings,
  type StationState,
  stationCommandSchema,
} from '../../../src-shared/station-messages.ts';
import { SOFTWARE_VERSION } from '../../../src-shared/version.ts';
import { type Broker, type IncomingMessage, type OutgoingMessage, openBroker } from '../../mqtt/broker.ts';
import { getBatch } from '../../store/batches.ts';
import { countMessages, nextMessage, removeMessage } from '../../store/outbox.ts';
import { getRecipe, listRecipes } from '../../store/recipes.ts';
import type { Workspace } from '../../store/workspace.ts';
import type { BrokerAccess } from './broker-access.ts';
import type { FolderFollower } from './folder-follower.ts';
import { keepTrying } from './keep-trying.ts';

/** Bytes of a command, at most. */
const LARGEST = 16 << 10;
/** Milliseconds for what waits to be sent when the station is closed. */
const LAST_WORDS = 5000;
/** Milliseconds after which it is looked again for what waits to be sent. */
const LOOK = 1000;

export interface StationOptions {
  readonly workspace: Workspace;
  readonly follower: FolderFollower;
  readonly folderId: number;
  readonly settings: BrokerSettings;
  readonly access: BrokerAccess;
  /** For the history: of what messages change. */
  readonly inspector: string;
  /** Why the broker is not reached (null: it is), and how many results wait for it. */
  readonly onBroker: (problem: string | null, waiting: number) => void;
}

/**
 * A followed folder at a broker: its state is kept there, results are sent in their order, each until the broker has it, and
 * part, lot and recipe are chosen by messages. What they are like stands in `src-main/cli/README.md`.
 */
export class Station {
  readonly #options: StationOptions;
  readonly #abort = new AbortController();
  #broker: Broker | undefined;
  #problem: string | null = 'not connected yet';
  #sending: Promise<unknown> = Promise.resolve();
  #obeying: Promise<void> = Promise.resolve();
  #wake = Promise.withResolvers<void>();
  #told = '';
  #reported = '';

  private constructor(options: StationOptions) {
    this.#options = options;
  }

  /** Does not wait for the broker. */
  static async open(options: StationOptions): Promise<Station> {
    const station = new Station(options);
    const { settings, access } = options;
    const { topic, station: name } = settings;
    const gone: StationState = { ...(await station.#state('offline')), part: null, lot: null };
    station.#broker = await openBroker({
      ...access,
      clientId: `clipsam-${name}-${options.workspace.id.slice(0, 8)}-${options.folderId}`,
      will: {
        topic: `${topic}/state`,
        payload: JSON.stringify({ ...gone, recipe: null, batch: null }),
        retain: true,
      },
      listenTo: `${topic}/command`,
      onMessage: (message) => station.#hear(message),
      onReach: (problem) => station.#reach(problem),
    });
    const signal = station.#abort.signal;
    station.#sending = keepTrying(() => station.#send(), { signal, onTrouble: () => {} });
    return station;
  }

  /** A result was stored, or the state may have changed. */
  look(): void {
    this.#wake.resolve();
    void this.#tellState();
    if (this.#problem !== null) void this.#report();
  }

  /** Sends what waits, if the broker is there, and the last word. */
  async close(): Promise<void> {
    this.#abort.abort();
    this.#wake.resolve();
    await this.#sending;
    await this.#obeying;
    if (this.#problem === null)
      await Promise.race([this.#sendAll(), delay(LAST_WORDS, undefined, { ref: false })]);
    const { topic } = this.#options.settings;
    const last = JSON.stringify(await this.#state('stopped'));
    await this.#broker?.close({ topic: `${topic}/state`, payload: last, retain: true });
  }

  async #send(): Promise<void> {
    const { signal } = this.#abort;
    while (!signal.aborted) {
      this.#wake = Promise.withResolvers();
      await this.#sendAll(signal);
      await Promise.race([this.#wake.promise, delay(LOOK, undefined, { signal }).catch(() => {})]);
    }
  }

  /** Sends results one after the other, each when the broker has the one before. */
  async #sendAll(signal?: AbortSignal): Promise<void> {
    const { workspace, folderId, settings } = this.#options;
    const aborted = new Promise<'aborted'>((resolve) =>
      signal?.addEventListener('abort', () => resolve('aborted'), { once: true }),
    );
    for (;;) {
      const message = await nextMessage(workspace, folderId);
      if (!message || signal?.aborted) return;
      const { id, key, payload } = message;
      const sent = this.#broker!.publish({
        topic: `${settings.topic}/result`,
        payload,
        properties: { resultId: key, messageId: String(id) },
      });
      sent.catch(() => {});
      if ((await Promise.race([sent, aborted])) === 'aborted') return;
      await removeMessage(workspace, id);
      await this.#report();
    }
  }

  #reach(problem: string | null): void {
    this.#problem = problem;
    void this.#report();
    if (problem !== null) return;
    // The broker may have told the will.
    this.#told = '';
    this.look();
  }

  async #report(): Promise<void> {
    const { workspace, folderId, onBroker } = this.#options;
    const waiting = await countMessages(workspace, folderId).catch(() => 0);
    const report = `${waiting} ${this.#problem}`;
    // What is told comes back as news of the folder.
    if (report === this.#reported) return;
    this.#reported = report;
    onBroker(this.#problem, waiting);
  }

  async #tellState(): Promise<void> {
    if (this.#problem !== null || this.#abort.signal.aborted) return;
    const payload = JSON.stringify(await this.#state('running').catch(() => undefined));
    if (payload === undefined || payload === this.#told) return;
    this.#told = payload;
    this.#publish({ topic: `${this.#options.settings.topic}/state`, payload, retain: true });
  }

  async #state(state: StationState['state']): Promise<StationState> {
    const { workspace, follower, settings } = this.#options;
    const { partNumber: part, lot, recipeHash } = follower.settings;
    const { recipe, revision, hash } = await getRecipe(workspace, recipeHash);
    const { batchId } = follower.state;
    const batch = batchId === null ? null : await getBatch(workspace, batchId).catch(() => null);
    return {
      ...{ station: settings.station, state, part, lot },
      recipe: { name: recipe.name, revision, hash },
      batch: batch && { id: batch.id, name: batch.name },
      softwareVersion: SOFTWARE_VERSION,
    };
  }

  #hear(message: IncomingMessage): void {
    this.#obeying = this.#obeying.then(() => this.#obey(message));
  }

  async #obey({ payload, responseTopic, correlationData }: IncomingMessage): Promise<void> {
    const { follower, inspector, settings } = this.#options;
    try {
      await follower.change(await this.#settingsFor(payload), inspector);
      const topic = responseTopic ?? `${settings.topic}/answer`;
      const state = await this.#state('running');
      this.#publish({ topic, payload: JSON.stringify({ accepted: true, state }), correlationData });
    } catch (error) {
      const { code, message } = toErrorRecord(error);
      const topic = responseTopic ?? `${settings.topic}/error`;
      this.#publish({ topic, payload: JSON.stringify({ accepted: false, code, message }), correlationData });
    }
    await this.#tellState();
  }

  /** @throws ClipSamError `input-invalid` for what is no command, `not-found` for a recipe that is not there */
  async #settingsFor(payload: Uint8Array): Promise<FollowSettings> {
    const { workspace, follower } = this.#options;
    const { part, lot, recipe } = parseCommand(payload);
    const { settings } = follower;
    const found =
      recipe === undefined
        ? undefined
        : (await listRecipes(workspace)).find((one) => one.recipe.name === recipe || one.hash === recipe);
    if (recipe !== undefined && !found) {
      throw failure('recipe-unknown', { recipe }, `The workspace has no recipe "${recipe}".`);
    }
    return {
      ...settings,
      ...(part !== undefined && { partNumber: part }),
      ...(lot !== undefined && { lot }),
      ...(found && { recipeHash: found.hash, objectName: found.recipe.object }),
    };
  }

  #publish(message: OutgoingMessage): void {
    // The broker may refuse a topic that somebody wants the answer on.
    this.#broker?.publish(message).catch(() => {});
  }
}

function parseCommand(payload: Uint8Array) {
  if (payload.byteLength > LARGEST) throw new ClipSamError('input-invalid', 'The command is too long.');
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
  } catch (cause) {
    throw new ClipSamError('input-invalid', 'The command is not JSON.', { cause });
  }
  const parsed = stationCommandSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new ClipSamError('input-invalid', `The command is not valid: ${schemaIssues(parsed.error, false)}.`);
}

import type { ModelServerRecord, ServedGraph } from '../../../src-shared/device.ts';
import type { ServerAddress, ServerState } from '../../../src-shared/model-servers.ts';
import type { Tensors } from '../ort.ts';
import { checkedAnswer } from './answer-check.ts';
import {
  type ModelServer,
  type OpenServer,
  type ServedModelDescription,
  ServerFailure,
} from './model-server.ts';
import { differencesOf, isProven, type Origin, type WantedModel } from './wanted-models.ts';
import { inDatatype, toWire } from './wire-tensors.ts';

/** Milliseconds. */
export interface ServerTimes {
  /** That a server has to say who it is, and which models it has. */
  readonly connect: number;
  /** That an answer to a request may take. */
  readonly answer: number;
  /** Before the first try to reach a server that is away; each further pause is twice as long, up to the last. */
  readonly firstProbe: number;
  readonly lastProbe: number;
  /** Between two looks at a server that nobody asks anything. */
  readonly idleProbe: number;
  /** Before a request is tried again; each further pause is twice as long. */
  readonly retry: number;
}

export const SERVER_TIMES: ServerTimes = {
  ...{ connect: 10_000, answer: 60_000 },
  ...{ firstProbe: 500, lastProbe: 15_000, idleProbe: 10_000, retry: 200 },
};

/** What is known of a server's models. */
interface Known {
  readonly record: ModelServerRecord;
  readonly models: ReadonlyMap<ServedGraph, ServedModelDescription>;
}

export interface WatchOptions {
  readonly wanted: readonly WantedModel[];
  readonly origin: Origin;
  readonly times: ServerTimes;
  readonly openServer: OpenServer;
  /** 0..1, so that many clients don't come back at once. */
  readonly random: () => number;
}

/** One server: its state, requests under way there, and probes while it is away or nobody asks it anything. */
export class WatchedServer {
  readonly #address: ServerAddress;
  readonly #options: WatchOptions;
  #server: ModelServer | undefined;
  #known: Known | undefined;
  #state: ServerState['state'] = 'away';
  #reason: string | null = 'it was not asked yet';
  #underWay = 0;
  #answered = 0;
  #checking: Promise<void> | undefined;
  #probe: NodeJS.Timeout | undefined;
  #pause: number;
  #isClosed = false;

  constructor(address: ServerAddress, options: WatchOptions) {
    this.#address = address;
    this.#options = options;
    this.#pause = options.times.firstProbe;
  }

  get address(): string {
    return this.#address.text;
  }

  get isReady(): boolean {
    return this.#state === 'ready';
  }

  /** Never asked again, whatever it says. */
  get isRefused(): boolean {
    return this.#state === 'refused';
  }

  get underWay(): number {
    return this.#underWay;
  }

  get reason(): string {
    return `${this.address}: ${this.#reason}`;
  }

  /** Of a server that answered once. */
  get record(): ModelServerRecord | undefined {
    return this.#known?.record;
  }

  get state(): ServerState {
    const { record } = this.#known ?? {};
    return {
      address: this.address,
      state: this.#state,
      reason: this.#reason,
      server: record ? { name: record.name, version: record.version } : null,
      isProven: record?.isProven ?? false,
      underWay: this.#underWay,
      answered: this.#answered,
    };
  }

  /** A model of a server that is, or was, ready. */
  model(graph: ServedGraph): ServedModelDescription | undefined {
    return this.#known?.models.get(graph);
  }

  /** Asks the server who it is and which models it has, and with that whether it is ready. Never rejects. */
  check(): Promise<void> {
    this.#checking ??= this.#check().finally(() => {
      this.#checking = undefined;
    });
    return this.#checking;
  }

  async #check(): Promise<void> {
    if (this.isRefused || this.#isClosed) return;
    try {
      const known = await this.#lookAt();
      if (this.isRefused || this.#isClosed) return;
      this.#known = known;
      this.#set('ready', null);
      this.#pause = this.#options.times.firstProbe;
    } catch (error) {
      this.note(error);
    }
    this.#plan();
  }

  async #lookAt(): Promise<Known> {
    const { wanted, origin, times, openServer } = this.#options;
    this.#server ??= await openServer(this.#address);
    const server = this.#server;
    const options = { deadline: times.connect };
    if (!(await server.isReady(options))) throw new ServerFailure('away', 'it says that it is not ready');
    const { name, version } = await server.describe(options);
    const models = new Map<ServedGraph, ServedModelDescription>();
    const differences: string[] = [];
    for (const model of wanted) {
      const found = await describeModel(server, model, times);
      models.set(model.graph, found);
      const different = differencesOf(model, found, origin);
      differences.push(...different.map((text) => `model "${model.name}": ${text}`));
    }
    if (differences.length > 0) throw new OtherModel(differences.join('; '));
    const record: ModelServerRecord = {
      ...{ address: this.address, name, version },
      isProven: [...models.values()].every(isProven),
      models: wanted.map((model) => recordOf(model, models.get(model.graph)!)),
    };
    return { record, models };
  }

  /**
   * The answer to what a model is fed, checked. What failed is for {@link note}.
   * @throws ServerFailure
   */
  async infer(wanted: WantedModel, feeds: Tensors, signal: AbortSignal | undefined): Promise<Tensors> {
    const model = this.model(wanted.graph);
    if (!this.#server || !model) throw new ServerFailure('away', 'it was not asked yet');
    this.#underWay++;
    try {
      const answer = await this.#server.infer(
        {
          model: wanted.name,
          inputs: wireFeeds(wanted, model, feeds),
          outputs: wanted.outputs.map(({ name }) => name),
        },
        { deadline: this.#options.times.answer, signal },
      );
      const tensors = checkedAnswer(wanted, model, feeds, answer);
      this.#answered++;
      return tensors;
    } finally {
      this.#underWay--;
      this.#plan();
    }
  }

  /** What a failed call means for the server: refused for good, or away until a probe finds it again. */
  note(error: unknown): void {
    if (this.isRefused || this.#isClosed) return;
    const message = error instanceof Error ? error.message : String(error);
    const isWrong = error instanceof OtherModel || (error instanceof ServerFailure && error.kind === 'wrong');
    this.#set(isWrong ? 'refused' : 'away', message);
    this.#plan();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#probe);
    this.#server?.close();
  }

  #set(state: ServerState['state'], reason: string | null): void {
    this.#state = state;
    this.#reason = reason;
  }

  #plan(): void {
    clearTimeout(this.#probe);
    if (this.isRefused || this.#isClosed || (this.isReady && this.#underWay > 0)) return;
    const { times, random } = this.#options;
    const pause = this.isReady ? times.idleProbe : this.#pause;
    this.#probe = setTimeout(
      () => {
        if (!this.isReady) this.#pause = Math.min(times.lastProbe, 2 * this.#pause);
        void this.check();
      },
      pause * (0.5 + random() / 2),
    ).unref();
  }
}

/** The server has other models than the pack's. */
class OtherModel extends Error {}

async function describeModel(
  server: ModelServer,
  { name }: WantedModel,
  { connect }: ServerTimes,
): Promise<ServedModelDescription> {
  try {
    return await server.describeModel(name, { deadline: connect });
  } catch (error) {
    if (!(error instanceof ServerFailure) || error.kind !== 'refused') throw error;
    throw new ServerFailure('refused', `it does not give the model "${name}" (${error.message})`, {
      cause: error,
    });
  }
}

function recordOf({ graph, name }: WantedModel, { versions, parameters }: ServedModelDescription) {
  const sha256 = parameters.clipsam_graph_sha256 ?? '';
  return {
    ...{ graph, name },
    version: versions.at(-1) ?? '',
    sha256: /^[0-9a-f]{64}$/.test(sha256) ? sha256 : null,
  };
}

/** What a model is fed, as the server has described it. */
function wireFeeds({ image }: WantedModel, { inputs }: ServedModelDescription, feeds: Tensors) {
  if (image) {
    const [pixels] = Object.values(feeds);
    const [input] = inputs;
    if (pixels?.type !== 'uint8' || !input) throw new TypeError('an image goes to servers as its bytes');
    const wire = toWire(input.name, pixels);
    // A model that batches takes images with a place for their number before.
    return [{ ...wire, shape: input.shape.length === 4 ? [1, ...wire.shape] : wire.shape }];
  }
  return inputs.map(({ name, datatype }) => {
    const tensor = feeds[name];
    if (!tensor) throw new ServerFailure('wrong', `it wants the input "${name}", which other servers do not`);
    return toWire(name, inDatatype(tensor, datatype));
  });
}

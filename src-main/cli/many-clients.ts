import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { WorkstationEvent } from '../../src-shared/contract/app.ts';
import { throwIfCancelled } from '../../src-shared/errors.ts';
import { enterWith, ProtocolClient, type ProtocolSession } from '../serve/protocol-client.ts';
import type { Measured } from '../services/evaluation/bench-context.ts';
import { countStored, makeBatch } from '../services/evaluation/made-up-batch.ts';
import type { ChosenRecipe } from '../services/runs/recipe-pipeline.ts';

const CLI = fileURLToPath(new URL('clipsam.js', import.meta.url));
const SAMPLES = fileURLToPath(new URL('../../resources/samples/', import.meta.url));

/** Milliseconds that an inspector looks at an image before the next verdict. */
const LOOKS = 100;
/** Milliseconds in which a window gathers what changes. */
const GATHER = 150;

export interface ManyClientsOptions {
  readonly chosen: ChosenRecipe;
  /** How many judge at the same time; the first one reads its socket slowly. */
  readonly clients: number;
  /** Verdicts of each of them, and of the one that judges alone before. */
  readonly verdicts: number;
  /** What the serving process is started with besides. */
  readonly serve: readonly string[];
  readonly signal?: AbortSignal;
}

interface Served {
  readonly session: ProtocolSession;
  end(signal: NodeJS.Signals): Promise<void>;
}

/**
 * Many clients judge one batch over the network's protocol while images are inspected. In the middle the serving process is
 * killed and started anew. Fails where a verdict that was acknowledged is not there, or is there twice.
 */
export async function measureManyClients(options: ManyClientsOptions): Promise<Measured> {
  const { chosen, clients, verdicts, serve, signal } = options;
  const folder = await mkdtemp(join(tmpdir(), 'clipsam-bench-'));
  const open: ProtocolClient[] = [];
  let served: Served | undefined;
  try {
    const { recipeHash, runId, imageIds } = await makeBatch(folder, chosen, (clients + 1) * verdicts);
    served = await startServe(folder, 0, serve);
    const client = (isSlow = false) => {
      const one = new ProtocolClient({ session: () => served!.session, isSlow });
      open.push(one);
      return one;
    };
    const others = new SeenVerdicts(runId, (onEvent) => {
      const one = new ProtocolClient({ session: () => served!.session, onEvent });
      open.push(one);
      return one;
    });
    const acknowledged = new Map<number, { readonly id: number; readonly inspector: string }>();
    const share = (of: number) => imageIds.slice(of * verdicts, (of + 1) * verdicts);
    /** @returns milliseconds of each verdict */
    const judge = async (by: ProtocolClient, of: number, onEach = () => {}) => {
      const times: number[] = [];
      const inspector = `client ${of}`;
      for (const imageId of share(of)) {
        throwIfCancelled(signal);
        const at = { runId, imageId };
        const remarks = await by.ask(({ review }) => review.remarks(at));
        await setTimeout(LOOKS, undefined, { ...(signal && { signal }) });
        const start = performance.now();
        others.given(imageId, start);
        const seenVerdictId = remarks.verdicts.at(-1)?.id ?? null;
        const { id } = await by.judge({ ...at, inspector, verdict: 'uncertain', seenVerdictId });
        times.push(performance.now() - start);
        acknowledged.set(imageId, { id, inspector });
        onEach();
      }
      return times;
    };
    await others.begin();
    const alone = await judge(client(), clients);
    const running = keepInspecting(client(), recipeHash);
    const half = (clients * verdicts) / 2;
    let done = 0;
    let restart: Promise<void> | undefined;
    const restartNow = async () => {
      const { port } = new URL(served!.session.origin);
      await served!.end('SIGKILL');
      served = await startServe(folder, Number(port), serve);
    };
    const count = () => {
      if (++done >= half) restart ??= restartNow();
    };
    const all = Array.from({ length: clients }, (_, of) => client(of === 0));
    const times = await Promise.all(all.map((one, of) => judge(one, of, count)));
    await restart;
    await running.stop();
    const seen = await others.end();
    await Promise.all(open.map((one) => one.close()));
    await served.end('SIGINT');
    const { lost, twice } = await countStored(folder, runId, acknowledged);
    const [aloneP95Ms, loadP95Ms] = [p95(alone), p95(times.slice(1).flat())];
    return {
      name: 'many-clients',
      figures: {
        clients,
        verdicts: acknowledged.size,
        lost,
        twice,
        sentAgain: all.reduce((sum, { sentAgain }) => sum + sentAgain, 0),
        runs: running.runs,
        heardBySlow: all[0]!.heard,
        aloneP95Ms,
        loadP95Ms,
        slowP95Ms: p95(times[0]!),
        ratio: loadP95Ms / aloneP95Ms,
        seenByOthers: seen.length,
        ...(seen.length > 0 && { seenByOthersP95Ms: p95(seen) }),
      },
      bar: 'every acknowledged verdict is there, and none twice, over a kill -9 of the serving process',
      passed: lost === 0 && twice === 0 && acknowledged.size === (clients + 1) * verdicts,
    };
  } finally {
    await Promise.all(open.map((one) => one.close()));
    await served?.end('SIGKILL').catch(() => {});
    await rm(folder, { recursive: true, force: true });
  }
}

/** A further window, which nobody judges in: after how long it shows what the others said. */
class SeenVerdicts {
  readonly #runId: number;
  readonly #client: ProtocolClient;
  readonly #given = new Map<number, number>();
  readonly #changed = new Set<number>();
  readonly #times: number[] = [];
  #fetching: Promise<void> | undefined;

  constructor(runId: number, open: (onEvent: (event: WorkstationEvent) => void) => ProtocolClient) {
    this.#runId = runId;
    this.#client = open((event) => {
      if (event.kind !== 'reviewed' || event.runId !== runId) return;
      this.#changed.add(event.imageId);
      this.#fetching ??= this.#fetch();
    });
  }

  /** Opens the window. */
  async begin(): Promise<void> {
    await this.#client.ask(({ app }) => app.info());
  }

  /** @param start when the verdict was sent */
  given(imageId: number, start: number): void {
    this.#given.set(imageId, start);
  }

  /** @returns milliseconds from sending a verdict until its row was there, of each that was heard of */
  async end(): Promise<readonly number[]> {
    await this.#fetching?.catch(() => {});
    return this.#times;
  }

  /** As a window does: what changes in a moment is fetched together. */
  async #fetch(): Promise<void> {
    await setTimeout(GATHER);
    const imageIds = [...this.#changed];
    this.#changed.clear();
    await this.#client.ask(({ review }) => review.rows({ runId: this.#runId, imageIds })).catch(() => {});
    const now = performance.now();
    for (const id of imageIds) this.#times.push(now - this.#given.get(id)!);
    this.#fetching = this.#changed.size > 0 ? this.#fetch() : undefined;
  }
}

/** Inspects the samples again and again, also after the serving process was started anew. */
function keepInspecting(
  by: ProtocolClient,
  recipeHash: string,
): { readonly runs: number; stop(): Promise<void> } {
  const inspector = 'bench';
  let isOver = false;
  let runs = 0;
  const work = async () => {
    const { id: batchId } = await by.ask(({ batches }) =>
      batches.create({ metadata: { name: 'Samples' }, inspector }),
    );
    await by.ask(async ({ imports }) => {
      for await (const _ of await imports.start({ id: batchId, paths: [SAMPLES], inspector }));
    });
    while (!isOver) {
      await setTimeout(LOOKS);
      // A run that was cut off by the kill stands in the way until its program is known to be gone.
      const started = await by
        .ask(({ runs: all }) => all.start({ batchId, recipeHash, inspector }))
        .catch(() => null);
      if (!started) continue;
      const { run } = started;
      runs++;
      for (let isActive = true; isActive && !isOver; ) {
        await setTimeout(LOOKS);
        const list = await by.ask(({ runs: all }) => all.list({ batchId }));
        isActive = list.find((one) => one.run.id === run.id)?.active ?? false;
      }
    }
  };
  // What a run meets is said by other measurements.
  const working = work().catch(() => {});
  return {
    get runs() {
      return runs;
    },
    async stop() {
      isOver = true;
      await working;
    },
  };
}

async function startServe(workspace: string, port: number, args: readonly string[]): Promise<Served> {
  const child = spawn(
    process.execPath,
    [CLI, 'serve', '--no-open', '--workspace', workspace, '--port', `${port}`, ...args],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const closed = once(child, 'close');
  const { value: address, done } = await createInterface({ input: child.stdout })
    [Symbol.asyncIterator]()
    .next();
  if (done) throw new Error(`clipsam serve ended with code ${(await closed)[0]}`);
  const session = await enterWith(String(address));
  return {
    session,
    async end(signal) {
      child.kill(signal);
      await closed;
    },
  };
}

function p95(times: readonly number[]): number {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.ceil(0.95 * sorted.length) - 1]!;
}

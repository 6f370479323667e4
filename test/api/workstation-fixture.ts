import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createRouterClient, type RouterClient } from '@orpc/server';
import { onTestFinished } from 'vitest';
import { createMediaHandler } from '../../src-main/api/media.ts';
import { createRouter, type WorkstationRouter } from '../../src-main/api/router.ts';
import {
  openWorkstation,
  type Workstation,
  type WorkstationOptions,
} from '../../src-main/api/workstation.ts';
import type { InferenceClient, InferenceEvent } from '../../src-main/inference/inference-client.ts';
import { scryptPins } from '../../src-main/services/people/pin.ts';
import { packLevels } from '../../src-shared/packed-levels.ts';
import { nearExaminer } from '../inference/near-examiner.ts';
import { type FakeOptions, fakeInference } from '../services/runs/fake-inference.ts';
import { freshWorkspaceFolder } from '../store/fixtures.ts';

export const inspector = 'ana';

export interface FakeWorkstation {
  readonly workstation: Workstation;
  readonly client: RouterClient<WorkstationRouter>;
  readonly media: (path: string, init?: RequestInit) => Promise<Response>;
  readonly folder: string;
  /** Faults of the program that were logged. */
  readonly faults: unknown[];
  /** Starts of the inference process, with what each was told. */
  readonly starts: { readonly device: string; tell(event: InferenceEvent): void }[];
}

/** A workstation with an inference process that computes nothing, closed with the test. */
export async function fakeWorkstation(
  fake: FakeOptions & { readonly decode?: InferenceClient['askSam'] } = {},
  options: Partial<WorkstationOptions> = {},
): Promise<FakeWorkstation> {
  const faults: unknown[] = [];
  const starts: { device: string; tell(event: InferenceEvent): void }[] = [];
  const folder = options.workspaceFolder ?? (await freshWorkspaceFolder());
  const workstation = await openWorkstation({
    shell: 'browser',
    samplesFolder: null,
    device: 'cpu',
    signIn: { pins: scryptPins(16) },
    examiner: nearExaminer,
    log: (error) => faults.push(error),
    openInference: async ({ device, onEvent = () => {} }) => {
      const inference = fakeInference(fake);
      starts.push({ device, tell: onEvent });
      onEvent({ kind: 'ready', generation: 1, pid: 1, device: inference.device });
      const askSam = fake.decode ?? (async () => ({ levels: packLevels([]), decodeMs: 1 }));
      const { packHash } = inference;
      const partSeed = async () => ({ packHash, token: [1], share: 0.25, border: 0, background: 0.5 });
      const prepareSam = async () => {};
      return { ...inference, askSam, prepareSam, partSeed, close: async () => {} };
    },
    ...options,
    workspaceFolder: folder,
  });
  onTestFinished(() => workstation.close());
  const handle = createMediaHandler(workstation);
  return {
    workstation,
    client: createRouterClient(createRouter(workstation)),
    media: (path, init) => handle(new Request(new URL(path, 'http://127.0.0.1'), init)),
    folder,
    faults,
    starts,
  };
}

/** A batch of files whose content is their name; not images, which the fake inference process does not mind. */
export async function importedBatch({ client, folder }: FakeWorkstation, count: number, name = 'Lot 7') {
  const photos = join(folder, 'photos', name);
  await mkdir(photos, { recursive: true });
  const names = Array.from({ length: count }, (_, i) => `${String(i).padStart(4, '0')}.png`);
  await Promise.all(names.map((file) => writeFile(join(photos, file), `${name} ${file}`)));
  return { ...(await importFolder(client, photos, name)), names, photos };
}

/** A batch of real image files. */
export async function batchOf({ client, folder }: FakeWorkstation, files: readonly string[]) {
  const photos = join(folder, 'photos');
  await mkdir(photos, { recursive: true });
  for (const [i, file] of files.entries())
    await copyFile(file, join(photos, `${i}-${file.split('/').at(-1)}`));
  return importFolder(client, photos, 'Photos');
}

async function importFolder(client: FakeWorkstation['client'], folder: string, name: string) {
  const { id: batchId } = await client.batches.create({ metadata: { name }, inspector });
  await drain(await client.imports.start({ id: batchId, paths: [folder], inspector }));
  const { columns } = await client.review.table({ batchId });
  return { batchId, imageIds: columns.imageId };
}

/** All events of a stream. */
export async function drain<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const events: T[] = [];
  for await (const event of stream) events.push(event);
  return events;
}

/** Starts a run and waits for its end. */
export async function inspected({ client }: Pick<FakeWorkstation, 'client'>, batchId: number) {
  const { run } = await client.runs.start({ batchId, inspector });
  return ended(client, run.id, batchId);
}

export async function ended(client: FakeWorkstation['client'], runId: number, batchId: number) {
  for (;;) {
    const progress = (await client.runs.list({ batchId })).find(({ run }) => run.id === runId)!;
    if (!progress.active) return progress;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { encodeGrey8 } from '../../../src-main/codec/image-codec.ts';
import type { FollowEvent } from '../../../src-main/services/follow/folder-follower.ts';
import { Following } from '../../../src-main/services/follow/following.ts';
import { startFollowing } from '../../../src-main/services/follow/start-following.ts';
import { releaseFolder } from '../../../src-main/store/followed-folders.ts';
import { saveRecipe } from '../../../src-main/store/recipes.ts';
import type { Workspace } from '../../../src-main/store/workspace.ts';
import type { FollowSettings } from '../../../src-shared/followed-folder.ts';
import { noise } from '../../inference/tiny-pack.ts';
import { recipe, temporaryWorkspace } from '../../store/fixtures.ts';
import { tempFolder } from '../../temp-folder.ts';
import { until } from '../../until.ts';
import { type FakeOptions, fakeInference } from '../runs/fake-inference.ts';

const inspector = 'ana';

/** Bytes of a small picture; another seed is another picture. */
export function picture(seed: number): Promise<Uint8Array> {
  const data = Uint8Array.from(noise(48 * 32, seed), (value) => 128 + 100 * value);
  return encodeGrey8(48, 32, data);
}

/** Follows a folder with an inference that hashes files, until the test ends. */
export async function following(
  options: {
    readonly workspace?: Workspace;
    readonly folder?: string;
    readonly settings?: Partial<FollowSettings>;
    readonly fake?: FakeOptions;
    readonly now?: () => Date;
    readonly onlyNew?: boolean;
    readonly waitMs?: number;
  } = {},
) {
  const workspace = options.workspace ?? (await temporaryWorkspace());
  const folder = options.folder ?? (await tempFolder());
  const { hash: recipeHash } = await saveRecipe(workspace, recipe, { inspector });
  const settings: FollowSettings = {
    ...{ name: 'Camera', batchPer: 'day', objectName: '', partNumber: '', lot: '', recipeHash },
    ...{ polling: 'auto', waitSeconds: 3600, broker: null, ...options.settings },
  };
  const claim = await startFollowing(workspace, folder, settings, {
    ...{ isOn: false, inspector, onlyNew: options.onlyNew ?? false },
  });
  const abort = new AbortController();
  const events: FollowEvent[] = [];
  const inspected: string[] = [];
  const inference = fakeInference(options.fake);
  const follower = new Following({
    ...{ workspace, claim, signal: abort.signal },
    ...(options.now && { now: options.now }),
    acquire: async () => ({ inference, release() {} }),
    onEvent(event) {
      events.push(event);
      if (event.kind !== 'run' || event.event.kind !== 'image') return;
      const { outcome } = event.event;
      inspected.push(outcome.path.slice(folder.length + 1));
    },
  });
  const done = follower.run();
  let stopping: Promise<void> | undefined;
  const stop = () => {
    abort.abort();
    stopping ??= done.finally(() => releaseFolder(claim));
    return stopping;
  };
  onTestFinished(() => stop().catch(() => {}));
  return {
    ...{ workspace, folder, settings, follower, claim, events, stop },
    /** Names below the folder, in the order in which their results were stored. */
    inspected,
    /** Writes a file as careful programs do: under another name first. */
    async put(name: string, content: Uint8Array) {
      const path = join(folder, name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(`${path}.part`, content);
      await rename(`${path}.part`, path);
    },
    until: (count: number) => until(() => inspected.length >= count),
  };
}

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { importIntoBatch, stoppedImports } from '../../../src-main/services/imports/batch-imports.ts';
import { createBatch } from '../../../src-main/store/batches.ts';
import { temporaryWorkspace } from '../../store/fixtures.ts';
import { tempFolder } from '../../temp-folder.ts';

test('an import by command that is interrupted leaves a note for the window; one that ends removes it', async () => {
  const workspace = await temporaryWorkspace();
  const folder = await tempFolder();
  await writeFile(join(folder, 'a.png'), 'a');
  const { id: batchId } = await createBatch(workspace, { name: 'Lot 7' }, 'ana');
  const other = join(folder, 'other');
  const interrupt = (paths: readonly string[]) => {
    const abort = new AbortController();
    const options = { workspace, batchId, paths, inspector: 'ana', signal: abort.signal };
    return importIntoBatch({ ...options, onEvent: () => abort.abort() });
  };
  await expect(interrupt([folder])).rejects.toMatchObject({ code: 'cancelled' });
  expect((await stoppedImports(workspace)).get(batchId)).toMatchObject({
    inspector: 'ana',
    paths: [folder],
    more: 0,
  });

  await writeFile(other, 'b');
  await expect(interrupt([other])).rejects.toMatchObject({ code: 'cancelled' });
  await importIntoBatch({ workspace, batchId, paths: [folder], inspector: 'ana' });
  expect((await stoppedImports(workspace)).get(batchId)).toMatchObject({ paths: [other] });
  await importIntoBatch({ workspace, batchId, paths: [folder, other], inspector: 'ana' });
  expect((await stoppedImports(workspace)).size).toBe(0);
});

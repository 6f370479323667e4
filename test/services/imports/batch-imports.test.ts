import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { BatchImports, importOrNote } from '../../../src-main/services/imports/batch-imports.ts';
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
    return importOrNote({ ...options, onEvent: () => abort.abort() });
  };
  await expect(interrupt([folder])).rejects.toMatchObject({ code: 'cancelled' });
  const imports = new BatchImports(workspace);
  expect((await imports.stopped()).get(batchId)).toMatchObject({
    inspector: 'ana',
    paths: [folder],
    more: 0,
  });

  await writeFile(other, 'b');
  await expect(interrupt([other])).rejects.toMatchObject({ code: 'cancelled' });
  await importOrNote({ workspace, batchId, paths: [folder], inspector: 'ana' });
  expect((await imports.stopped()).get(batchId)).toMatchObject({ paths: [other] });
  await importOrNote({ workspace, batchId, paths: [folder, other], inspector: 'ana' });
  expect((await imports.stopped()).size).toBe(0);
});

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readJsonFile } from '../../src-main/files/json-file.ts';
import { tempFolder } from '../temp-folder.ts';

test('a file that is no JSON is named, and nothing of it is quoted', async () => {
  const path = join(await tempFolder(), 'recipe.json');
  await writeFile(path, 'hunter2:x:0:0');
  const refused = readJsonFile(path, 'The recipe', 'recipe-invalid');
  await expect(refused).rejects.toMatchObject({
    code: 'recipe-invalid',
    message: `The recipe ${path} cannot be read: it is no JSON`,
  });
  const error = await refused.catch((thrown: unknown) => thrown as Error);
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    expect(`${cause.message} ${cause.stack}`).not.toContain('hunter2');
  }
});

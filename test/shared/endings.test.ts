import { expect, test } from 'vitest';
import { countEndings, endingsText } from '../../src-shared/endings.ts';

test('files are counted by their endings, whatever their case, the most frequent first', () => {
  const counts = countEndings(['/lot.1/a.HEIC', 'b.pgm', 'c.heic', '/x.y/none', 'C:\\lot.2\\d.avif']);
  expect(endingsText(counts)).toBe('2 × .heic, 1 × , 1 × .avif, 1 × .pgm');
});

import { expect, it } from 'vitest';
import { plainText } from '../../../src-renderer/i18n/plain-text.ts';

it('shows what would turn or break a name', () => {
  expect(plainText('\u202egpj.exe')).toBe('‹U+202E›gpj.exe');
  expect(plainText('a\nb\tc\u0000d\u007f')).toBe('a␊b␉c␀d␡');
});

it('leaves names in any script as they are', () => {
  for (const name of ['螺母 7', 'صامولة', '<b>Lot</b> "7" & co', '🔩 é']) expect(plainText(name)).toBe(name);
});

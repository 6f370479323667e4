import { expect, test } from 'vitest';
import { Signs } from '../../src-main/pdf/signs.ts';
import { wrap } from '../../src-main/pdf/wrap.ts';

/** Every sign is one wide. */
const measure = (text: string) => [...text].length;

test('words stay whole, line ends are kept, and no line is wider than allowed', () => {
  expect(wrap('one two three\nfour', 9, measure)).toEqual(['one two', 'three', 'four']);
  expect(wrap('', 9, measure)).toEqual(['']);
});

test('a name without spaces is broken behind a joint, and without one anywhere; nothing is lost', () => {
  expect(wrap('folder/picture-12.png', 10, measure)).toEqual(['folder/', 'picture-', '12.png']);
  const long = 'x'.repeat(5000);
  const lines = wrap(long, 40, measure);
  expect(lines.join('')).toBe(long);
  expect(Math.max(...lines.map(measure))).toBe(40);
});

test('Chinese is broken between signs, but no line begins with a full stop or ends with a bracket', () => {
  expect(wrap('检验的图像。全部合格', 5, measure)).toEqual(['检验的图', '像。全部合', '格']);
  expect(wrap('检验图（一）', 4, measure)).toEqual(['检验图', '（一）']);
});

test('what the font lacks or would steer the text is shown as □, once per sign, and told', () => {
  const signs = new Signs((codePoint) => codePoint < 0x3000 && !(codePoint >= 0x590 && codePoint < 0x600));
  expect(signs.shown('a שם.png')).toBe('a □□.png');
  expect(signs.shown('👩‍👧 \u202Efdp')).toBe('□ □fdp');
  expect(signs.shown('e\u0301\tb\r\nc')).toBe('é b\nc');
  expect(signs.unknown()).toEqual(['U+05DD', 'U+05E9', 'U+200D', 'U+202E', 'U+1F467', 'U+1F469']);
});

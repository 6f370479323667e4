import { expect, test } from 'vitest';
import { isPlainName, looksAlike } from '../../src-shared/names.ts';

test.each([
  'Eva',
  'Éva Žák',
  "Seán O'Neill",
  'Anne-Marie von der Au',
  '王小明',
  '王 Xiaoming',
  'QA 张伟',
  'Ольга Петрова',
  'Ελένη',
  'さくら タナカ',
  '김민준',
  'محمد علي',
  'Person 12',
  'Otto Ольга',
])('"%s" is a plain name', (name) => {
  expect(isPlainName(name)).toBe(true);
});

test.each([
  ['a Cyrillic letter in a Latin word', '\u0415va'],
  ['a Greek letter in a Latin word', 'Ev\u03b1'],
  ['a zero-width space', 'Ev\u200ba'],
  ['a zero-width joiner', 'Eva\u200d'],
  ['a soft hyphen', 'E\u00adva'],
  ['a mark that turns the order', '\u202eavE'],
  ['a no-break space', 'Eva\u00a0Maria'],
  ['two spaces', 'Eva  Maria'],
  ['a filler', 'Eva\u3164'],
  ['an empty Braille pattern', 'Eva\u2800'],
  ['a line end', 'Eva\nOtto'],
  ['a character that is none', 'Eva\u{e0001}'],
])('%s makes a name that is not plain', (_what, name) => {
  expect(isPlainName(name)).toBe(false);
});

test.each([
  ['Eva', '\u0415va'],
  ['Eva', 'EVA'],
  ['Eva', '\uff25\uff56\uff41'],
  ['Éva', 'E\u0301va'],
  ['Oscar', '\u041e\u0455\u0441ar'],
  ['COP', '\u0421\u041e\u0420'],
  ['Iris', 'lris'],
  ['Olga 1', 'Olga l'],
  ['Otto', '0tto'],
  ["O'Neill", 'O\u2019Neill'],
  ['Anna Maria', 'AnnaMaria'],
  ['ОЛЬГА', 'ольга'],
  ['\u03a1\u0395\u03a4\u0395', 'PETE'],
])('"%s" and "%s" look alike', (a, b) => {
  expect(looksAlike(a, b)).toBe(true);
  expect(looksAlike(b, a)).toBe(true);
});

test.each([
  ['Eva', 'Éva'],
  ['Eva', 'Ева'],
  ['王伟', '王玮'],
  ['Otto', 'Olga'],
  ['Erna', 'Ema'],
  ['Person 2', 'Person 3'],
])('"%s" and "%s" do not', (a, b) => {
  expect(looksAlike(a, b)).toBe(false);
});

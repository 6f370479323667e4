import { expect, test } from 'vitest';
import { parseJson } from '../../src-shared/parse-json.ts';

test('reads what JSON.parse reads', () => {
  expect(parseJson('{"a": [1, null, "x"]}')).toEqual({ a: [1, null, 'x'] });
});

test.each([
  ['root:x:0:0:root:/root:/bin/bash\n', /^it is no JSON$/],
  ['secret', /^it is no JSON$/],
  ['{"secret": "secret"\n "secret": 1}', /^it is no JSON from line 2, column 2 on$/],
  ['{"a": secret}', /^it is no JSON$/],
  ['{"a": "secret', /^it is no JSON/],
  ['["secret", ', /^the JSON ends too early$/],
  ['', /^the JSON ends too early$/],
  ['1 secret', /^it is no JSON from line 1, column 3 on$/],
  [`{"a": "${'secret '.repeat(50)}", secret}`, /^it is no JSON/],
])('tells nothing of %j', (text, message) => {
  let error: unknown;
  try {
    parseJson(text);
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(SyntaxError);
  expect((error as Error).message).toMatch(message);
  expect((error as Error).message).not.toMatch(/secret|root/);
  expect((error as Error).cause).toBeUndefined();
});

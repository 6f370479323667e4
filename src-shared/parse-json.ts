/**
 * `JSON.parse` whose error says where the text stops being JSON and nothing of what stands there: it may be a file that
 * only the program may read.
 * @throws SyntaxError
 */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const { message } = error as SyntaxError;
    const at = / at position (\d+)/.exec(message)?.[1];
    const place = at === undefined ? '' : ` from ${placeOf(text, Number(at))} on`;
    // Without a cause: that one quotes.
    throw new SyntaxError(
      /^Unexpected end/.test(message) ? 'the JSON ends too early' : `it is no JSON${place}`,
    );
  }
}

function placeOf(text: string, at: number): string {
  const lines = text.slice(0, at).split('\n');
  return `line ${lines.length}, column ${lines.at(-1)!.length + 1}`;
}

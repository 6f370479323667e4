/** Special tokens; the end has the highest id, as in CLIP, so that its position can be found in the graph. */
const PAD = '<|pad|>';
const UNKNOWN = '<|unknown|>';
const START = '<|startoftext|>';
const END = '<|endoftext|>';
const WORD_END = '</w>';
const WORDS = '[a-z]+|[0-9]|[^\\sa-z0-9]';

/**
 * Learns a byte-pair encoding (Sennrich et al. 2016, lower case, word ends marked as in CLIP) and returns it in
 * the Hugging Face `tokenizer.json` format. Every letter and digit is in the vocabulary and accents are dropped,
 * so any Latin word can be spelled; what is written in other scripts becomes an unknown token.
 * @param texts corpus, every text counts once
 * @param size vocabulary size to stop at; letters, digits and special tokens are there in any case
 */
export function trainTokenizer(
  texts: Iterable<string>,
  size: number,
): { json: object; vocabularySize: number } {
  const counts = new Map<string, number>();
  const pattern = new RegExp(WORDS, 'g');
  for (const text of texts)
    for (const [word] of normalised(text).matchAll(pattern)) counts.set(word, (counts.get(word) ?? 0) + 1);

  const characters = [..."abcdefghijklmnopqrstuvwxyz0123456789.,-'()/"];
  const tokens = new Set([PAD, UNKNOWN, ...characters, ...characters.map((c) => c + WORD_END)]);
  const words = [...counts].map(([word, count]) => ({ count, parts: spell(word) }));
  const merges: [string, string][] = [];
  while (tokens.size + 2 < size) {
    const pairs = new Map<string, number>();
    for (const { count, parts } of words)
      for (let i = 1; i < parts.length; i++) {
        const pair = `${parts[i - 1]} ${parts[i]}`;
        pairs.set(pair, (pairs.get(pair) ?? 0) + count);
      }
    let best = '';
    let most = 0;
    for (const [pair, count] of pairs)
      if (count > most || (count === most && pair < best)) {
        best = pair;
        most = count;
      }
    if (most === 0) break;
    const [left = '', right = ''] = best.split(' ');
    merges.push([left, right]);
    tokens.add(left + right);
    for (const word of words) word.parts = merge(word.parts, left, right);
  }
  const vocab = Object.fromEntries([...tokens, START, END].map((token, id) => [token, id]));
  return { json: tokenizerJson(vocab, merges), vocabularySize: vocab[END]! + 1 };
}

/** What the normaliser of the JSON file does: no accents, no ligatures or full-width letters, lower case. */
function normalised(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}

function spell(word: string): string[] {
  const letters = [...word];
  return letters.map((letter, index) => (index === letters.length - 1 ? letter + WORD_END : letter));
}

function merge(parts: readonly string[], left: string, right: string): string[] {
  const out: string[] = [];
  for (const part of parts) {
    if (part === right && out.at(-1) === left) out[out.length - 1] = left + right;
    else out.push(part);
  }
  return out;
}

function tokenizerJson(vocab: Record<string, number>, merges: [string, string][]): object {
  const special = (content: string) => ({
    [content]: { id: content, ids: [vocab[content]], tokens: [content] },
  });
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [PAD, START, END].map((content) => ({
      id: vocab[content],
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: {
      type: 'Sequence',
      normalizers: [{ type: 'NFKD' }, { type: 'StripAccents' }, { type: 'Lowercase' }],
    },
    pre_tokenizer: { type: 'Split', pattern: { Regex: WORDS }, behavior: 'Removed', invert: true },
    post_processor: {
      type: 'TemplateProcessing',
      single: [
        { SpecialToken: { id: START, type_id: 0 } },
        { Sequence: { id: 'A', type_id: 0 } },
        { SpecialToken: { id: END, type_id: 0 } },
      ],
      pair: [],
      special_tokens: { ...special(START), ...special(END) },
    },
    decoder: null,
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: UNKNOWN,
      continuing_subword_prefix: null,
      end_of_word_suffix: WORD_END,
      fuse_unk: true,
      byte_fallback: false,
      vocab,
      merges,
    },
  };
}

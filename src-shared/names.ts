/** Look-alikes of Latin letters, in pairs: Cyrillic, Greek, Armenian, Cherokee, Lisu, and a few Latin ones. */
const LOOK_ALIKES = [
  ['АВЕЅІЈКМНОРСТУХԚԜҮЗѴԌ', 'ABESIJKMHOPCTYXQWY3VG'],
  ['асԁеһіјкорԛѕухԝѵ', 'acdehijkopqsyxwv'],
  ['ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ', 'ABEZHIKMNOPTYX'],
  ['αγηικνορτυχ', 'aynikvoptux'],
  ['ՕՏՍօսհո', 'OSUouhn'],
  ['ᎪᏴᏟᎬᎻᎫᏦᏞᎷᏢᎡᏚᎢᏙᏔᏃ', 'ABCEHJKLMPRSTVWZ'],
  ['ꓮꓐꓚꓓꓰꓝꓖꓧꓲꓙꓗꓡꓟꓠꓳꓑꓣꓢꓔꓴꓦꓪꓫꓬꓜ', 'ABCDEFGHIJKLMNOPRSTUVWXYZ'],
  ['ıɩɑɡ', 'iiag'],
  ['‘’ʼ`´‐‑‒–—−', "'''''------"],
] as const;
/** Within Latin, in many typefaces. */
const SAME_STROKE: Readonly<Record<string, string>> = { I: 'l', '1': 'l', '|': 'l', '0': 'O' };

const LATIN_LOOK: ReadonlyMap<string, string> = new Map(
  LOOK_ALIKES.flatMap(([from, to]) => {
    const letters = [...to];
    return [...from].map((letter, i) => [letter, letters[i]!] as const);
  }),
);

/** Nothing to see, or another order than it seems: control, format, unassigned and ignorable ones, odd spaces. */
const UNSEEN =
  /[\p{Cc}\p{Cf}\p{Cn}\p{Co}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Zs}| {2}/u;

/** Alphabets whose letters look like those of another. */
const ALPHABETS = [
  /\p{Script=Latin}/u,
  /\p{Script=Cyrillic}/u,
  /\p{Script=Greek}/u,
  /\p{Script=Armenian}/u,
  /\p{Script=Cherokee}/u,
  /\p{Script=Lisu}/u,
  /\p{Script=Coptic}/u,
];

/**
 * True for a name that is what it seems: no characters that nobody sees, no word with letters of two alphabets that
 * look alike. Chinese, Japanese, Korean and other names are plain, also beside Latin letters.
 */
export function isPlainName(name: string): boolean {
  const text = name.normalize('NFKC');
  if (UNSEEN.test(name) || UNSEEN.test(text)) return false;
  return text
    .split(/[^\p{L}\p{M}]+/u)
    .every((word) => ALPHABETS.filter((alphabet) => alphabet.test(word)).length < 2);
}

/** True for names that people take for the same, whatever characters they are made of. */
export function looksAlike(a: string, b: string): boolean {
  return folded(a) === folded(b) || look(a) === look(b);
}

function folded(name: string): string {
  return name.normalize('NFKC').toLowerCase();
}

/** After the idea of Unicode's skeletons (UTS 39): the same for names that look the same. */
function look(name: string): string {
  const letters = [...name.normalize('NFKD')].map((letter) => {
    const latin = LATIN_LOOK.get(letter) ?? letter;
    return SAME_STROKE[latin] ?? latin;
  });
  return letters
    .join('')
    .replace(/[\p{Cf}\p{Z}]/gu, '')
    .toLowerCase();
}

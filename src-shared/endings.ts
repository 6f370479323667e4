/** How many files have an ending. */
export interface EndingCount {
  /** In small letters, with its dot. */
  readonly ending: string;
  readonly count: number;
}

/** Files by the endings of their names, the most frequent first. */
export function countEndings(names: Iterable<string>): EndingCount[] {
  const counts = new Map<string, number>();
  for (const name of names) {
    const ending = /\.[^./\\]*$/.exec(name)?.[0].toLowerCase() ?? '';
    counts.set(ending, (counts.get(ending) ?? 0) + 1);
  }
  return [...counts]
    .map(([ending, count]) => ({ ending, count }))
    .sort((a, b) => b.count - a.count || (a.ending < b.ending ? -1 : 1));
}

/** "2 × .heic, 1 × .jp2": the same in every language. */
export function endingsText(counts: readonly EndingCount[]): string {
  return counts.map(({ ending, count }) => `${count} × ${ending}`).join(', ');
}

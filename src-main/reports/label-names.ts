import { xmlSafe } from './xml-text.ts';

/** Names of classes as another program's labels: one line, not too long, and no two alike. */
export class LabelNames {
  readonly #longest: number;
  readonly #labels = new Map<string, string>();

  /** @param longest characters of a label */
  constructor(longest: number) {
    this.#longest = longest;
  }

  of(className: string): string {
    const known = this.#labels.get(className);
    if (known !== undefined) return known;
    const line = xmlSafe(className).replace(/\s+/g, ' ').trim() || 'defect';
    const taken = new Set(this.#labels.values());
    for (let copy = 1; ; copy++) {
      const ending = copy === 1 ? '' : ` (${copy})`;
      const label =
        [...line]
          .slice(0, this.#longest - ending.length)
          .join('')
          .trimEnd() + ending;
      if (taken.has(label)) continue;
      this.#labels.set(className, label);
      return label;
    }
  }

  all(): string[] {
    return [...this.#labels.values()];
  }

  /** Those that are not called as the class is. */
  changed(): { readonly className: string; readonly label: string }[] {
    return [...this.#labels]
      .filter(([className, label]) => className !== label)
      .map(([className, label]) => ({ className, label }));
  }
}

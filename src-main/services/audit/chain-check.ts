import type { AuditEntry, AuditFinding, AuditHead } from '../../../src-shared/audit.ts';
import { entryHash, genesisHash } from '../../store/audit-chain.ts';

/** Takes the entries of a trail, oldest first, and finds where they do not follow from each other. */
export class ChainCheck {
  /** The first entry that cannot be trusted; null: all of them follow from the beginning. */
  untrustedFrom: number | null = null;
  /** Of the last entry. */
  hash: string;
  last = 0;
  /** Entries with an earlier time than the one before, and the first of them. */
  readonly earlier = { count: 0, first: 0 };
  /** What the last hash has to be by what its entry says; another one than {@link hash} where that was changed. */
  #computed: string;
  #lastAt = '';
  #hashAtHead: string | undefined;
  readonly #head: AuditHead | undefined;
  readonly #chainedFrom: number;

  /** @param chainedFrom numbers may be missing before this entry, as an older version left them */
  constructor(workspaceId: string, chainedFrom: number, head?: AuditHead) {
    this.hash = genesisHash(workspaceId);
    this.#computed = this.hash;
    this.#chainedFrom = chainedFrom;
    this.#head = head;
    if (head?.entries === 0) this.#hashAtHead = this.hash;
  }

  /** @returns what is wrong with it */
  add(entry: AuditEntry): readonly AuditFinding[] {
    const findings = this.#findingsOf(entry);
    if (findings.length > 0) this.#distrust(Math.max(1, this.last));
    if (entry.createdAt < this.#lastAt && this.earlier.count++ === 0) this.earlier.first = entry.id;
    this.#computed = entryHash(this.hash, entry);
    this.hash = entry.hash;
    this.last = entry.id;
    this.#lastAt = entry.createdAt;
    if (entry.id === this.#head?.entries) this.#hashAtHead = entry.hash;
    return findings;
  }

  #findingsOf(entry: AuditEntry): readonly AuditFinding[] {
    const follows =
      entryHash(this.hash, entry) === entry.hash || entryHash(this.#computed, entry) === entry.hash;
    const isGap = entry.id > this.last + 1;
    if (isGap && (!follows || entry.id > this.#chainedFrom)) {
      return [{ kind: 'entries-missing', from: this.last + 1, to: entry.id - 1 }];
    }
    return follows ? [] : [{ kind: 'entry-broken', entry: entry.id }];
  }

  /**
   * After the last entry.
   * @param given the number that was given last to an entry
   * @returns what is wrong with the end, and with a kept head
   */
  end(workspaceId: string, given: number): readonly AuditFinding[] {
    const findings: AuditFinding[] = [];
    if (given > this.last) {
      findings.push({ kind: 'end-missing', from: this.last + 1, to: given });
      this.#distrust(this.last + 1);
    }
    const head = this.#head;
    if (!head) return findings;
    if (head.workspace !== workspaceId) return [...findings, { kind: 'head-of-other-workspace' }];
    if (head.entries > this.last) {
      findings.push({ kind: 'head-beyond-end', entries: this.last, expected: head.entries });
      this.#distrust(this.last + 1);
    } else if (head.hash !== this.#hashAtHead) {
      findings.push({ kind: 'head-differs', entry: head.entries });
      this.#distrust(1);
    }
    return findings;
  }

  #distrust(from: number): void {
    this.untrustedFrom = Math.min(this.untrustedFrom ?? from, from);
  }
}

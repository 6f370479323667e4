/** What a {@link ResourceLoader} needs to know about the things it loads. */
export interface ResourceKind<T> {
  load(url: string, signal: AbortSignal): Promise<T>;
  bytes(resource: T): number;
  /** Gives back what garbage collection alone would keep for long, such as decoded pictures. */
  release?(resource: T): void;
}

export interface LoaderLimits {
  /** What is kept beyond this is released, least recently used first; what is wanted stays. */
  readonly bytes: number;
  /** Requests at a time. */
  readonly parallel: number;
}

/** Attempts at an address before it counts as broken, until it is wanted anew. */
const ATTEMPTS = 2;

/**
 * Fetches and keeps what has an address (tiles, maps). Everything is known by its address alone, and an address names
 * its image and run: an answer that comes late can never be shown for something else. Requests that nobody wants any
 * more are aborted.
 */
export class ResourceLoader<T> {
  readonly #kind: ResourceKind<T>;
  readonly #limits: LoaderLimits;
  /** In order of use, oldest first. */
  readonly #kept = new Map<string, T>();
  readonly #wanted = new Map<unknown, readonly string[]>();
  readonly #requests = new Map<string, AbortController>();
  readonly #failures = new Map<string, number>();
  readonly #listeners = new Set<() => void>();
  #bytes = 0;

  constructor(kind: ResourceKind<T>, limits: LoaderLimits) {
    this.#kind = kind;
    this.#limits = limits;
  }

  /** What is there; being asked for keeps it. */
  get(url: string): T | undefined {
    const resource = this.#kept.get(url);
    if (resource !== undefined) {
      this.#kept.delete(url);
      this.#kept.set(url, resource);
    }
    return resource;
  }

  /** True when the address gave nothing but errors. */
  isBroken(url: string): boolean {
    return (this.#failures.get(url) ?? 0) >= ATTEMPTS;
  }

  /** Bytes of everything that is kept. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Says what `owner` needs now, most urgent first; replaces what it said before. */
  want(owner: unknown, urls: readonly string[]): void {
    const before = this.#wanted.get(owner) ?? [];
    if (urls.length === 0) this.#wanted.delete(owner);
    else this.#wanted.set(owner, urls);
    for (const url of before) if (!urls.includes(url)) this.#failures.delete(url);
    this.#dropUnwanted();
    this.#evict();
    this.#start();
  }

  /** Calls the listener whenever something arrived or proved broken; returns what ends it. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  #dropUnwanted(): void {
    const needed = this.#needed();
    for (const [url, request] of this.#requests) {
      if (needed.has(url)) continue;
      this.#requests.delete(url);
      request.abort();
    }
  }

  #needed(): Set<string> {
    return new Set([...this.#wanted.values()].flat());
  }

  #start(): void {
    for (const url of this.#needed()) this.#request(url);
  }

  #request(url: string): void {
    if (this.#kept.has(url) || this.#requests.has(url) || this.isBroken(url)) return;
    if (this.#requests.size >= this.#limits.parallel) return;
    const abort = new AbortController();
    this.#requests.set(url, abort);
    this.#kind.load(url, abort.signal).then(
      (resource) => this.#arrived(url, abort, resource),
      () => this.#failed(url, abort),
    );
  }

  #arrived(url: string, abort: AbortController, resource: T): void {
    if (!this.#isCurrent(url, abort)) {
      this.#kind.release?.(resource);
      return;
    }
    this.#requests.delete(url);
    this.#failures.delete(url);
    this.#kept.set(url, resource);
    this.#bytes += this.#kind.bytes(resource);
    this.#evict();
    this.#tell();
  }

  #failed(url: string, abort: AbortController): void {
    if (!this.#isCurrent(url, abort)) return;
    this.#requests.delete(url);
    this.#failures.set(url, (this.#failures.get(url) ?? 0) + 1);
    this.#tell();
  }

  #isCurrent(url: string, abort: AbortController): boolean {
    return this.#requests.get(url) === abort;
  }

  #tell(): void {
    this.#start();
    for (const listener of this.#listeners) listener();
  }

  #evict(): void {
    if (this.#bytes <= this.#limits.bytes) return;
    const needed = this.#needed();
    for (const [url, resource] of this.#kept) {
      if (this.#bytes <= this.#limits.bytes) return;
      if (needed.has(url)) continue;
      this.#kept.delete(url);
      this.#bytes -= this.#kind.bytes(resource);
      this.#kind.release?.(resource);
    }
  }
}

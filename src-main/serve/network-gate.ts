import type { IncomingMessage } from 'node:http';
import { addressKey, type NetworkLimits, Rates } from './network-limits.ts';
import type { NetworkSession, NetworkSessions } from './network-sessions.ts';
import type { Place } from './request-check.ts';

interface GateOptions {
  readonly place: Place;
  readonly sessions: NetworkSessions;
  readonly limits: NetworkLimits;
}

/** What holds for every request: right address, not too often, and by whom. */
export class NetworkGate {
  readonly place: Place;
  readonly #sessions: NetworkSessions;
  readonly #signedOut: Rates;
  readonly #addresses: Rates;
  readonly #persons: Rates;
  readonly #signIns: Rates;

  constructor({ place, sessions, limits }: GateOptions) {
    this.place = place;
    this.#sessions = sessions;
    this.#signedOut = new Rates(limits.perAddressSignedOut);
    this.#addresses = new Rates(limits.perAddress);
    this.#persons = new Rates(limits.perPerson);
    this.#signIns = new Rates(limits.signInsPerAddress);
  }

  /** Whose request it is, counted. `wait`: seconds, when it is one too many. */
  async ask(
    request: IncomingMessage,
  ): Promise<{ readonly session: NetworkSession | null; readonly wait: number }> {
    const address = addressKey(request.socket.remoteAddress);
    const session = await this.#sessions.of(request);
    const wait = session ? this.count(session, address) : this.#signedOut.take(address);
    return { session, wait };
  }

  /** Counts a request or a call. @returns seconds to wait; 0: none */
  count({ inspector }: NetworkSession, address: string): number {
    return this.#persons.take(inspector.name) || this.#addresses.take(address);
  }

  countSignIn(request: IncomingMessage): number {
    return this.#signIns.take(addressKey(request.socket.remoteAddress));
  }
}

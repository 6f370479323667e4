import { create } from 'zustand';
import { persist } from 'zustand/middleware';
import { type Language, preferredLanguage } from '../i18n/index.ts';

/** What this window remembers about the inspector in front of it. Kept in the browser's local storage. */
interface Session {
  /** Name that goes into the history with every verdict; empty until it was given. */
  readonly inspector: string;
  readonly language: Language;
  readonly theme: 'dark' | 'light' | 'auto';
  /** Keys that differ from the defaults, by action id. */
  readonly bindings: Readonly<Record<string, string>>;
  set(changes: Partial<Omit<Session, 'set'>>): void;
}

export const useSession = create<Session>()(
  persist(
    (set) => ({
      inspector: '',
      language: preferredLanguage(),
      theme: 'dark',
      bindings: {},
      set: (changes) => set(changes),
    }),
    {
      name: 'clipsam-session',
      version: 2,
      // Version 1 called the inspector `author`.
      migrate: (stored) => {
        const { author, ...session } = stored as Partial<Session> & { author?: string };
        return { ...session, ...(author !== undefined && { inspector: author }) };
      },
    },
  ),
);

import { join } from 'node:path';
import { ORPCError } from '@orpc/server';
import type { Action } from '../../src-shared/permissions.ts';
import {
  type ImportRoot,
  importRootsOf,
  pathBelowRoots,
  uploadsRootOf,
} from '../services/imports/import-roots.ts';

/**
 * What clients at other machines see and say of this machine's disk: nothing but what lies below the roots that an engineer
 * named, as `<root>/<way>`. Everything that leaves goes through {@link ServerPaths.shown}, every input with a path through
 * {@link ServerPaths.take}; no route decides by itself.
 */
export interface ServerPaths {
  readonly roots: readonly ImportRoot[];
  /** Folders (without links) that images may be imported from: the roots, and uploads. */
  readonly sources: readonly string[];
  /**
   * Puts full paths in place of those that a call says.
   * @throws ClipSamError `path-denied`, `image-not-found` where they lead below no root
   */
  take(action: Action, input: unknown): Promise<void>;
  /** A copy in which no text has a path of this machine; where there is none, the value itself. */
  shown<T>(value: T): T;
}

type PathInput = { readonly field: string; readonly isNew: boolean };

/** Inputs that are paths: of what is read, or (`isNew`) of a folder that may be made. */
export const PATH_INPUTS: { readonly [A in Action]?: PathInput } = {
  'imports.start': { field: 'paths', isNew: false },
  'follow.start': { field: 'path', isNew: false },
  'exports.run': { field: 'folder', isNew: true },
  'audit.export': { field: 'folder', isNew: true },
  'reports.save': { field: 'folder', isNew: true },
};

export interface ServerPathsOptions {
  /** Folders that are opened to the network. */
  readonly importRoots: readonly string[];
  readonly workspaceFolder: string;
  /** Other folders that may be told of, and what they are called then. */
  readonly others: readonly { readonly name: string; readonly folder: string }[];
}

/** @throws ClipSamError `input-invalid` when an import root can't be one */
export async function serverPaths(options: ServerPathsOptions): Promise<ServerPaths> {
  const { importRoots, workspaceFolder, others } = options;
  const roots = await importRootsOf(importRoots, workspaceFolder);
  const uploads = await uploadsRootOf(workspaceFolder);
  const workspace = { name: 'workspace', folder: workspaceFolder };
  const named = { name: uploads.name, folder: join(workspaceFolder, 'uploads') };
  const texts = textsOf([...roots, uploads, named, workspace, ...others]);
  const sources = [...roots, uploads];
  return {
    roots,
    sources: sources.map(({ folder }) => folder),
    async take(action, input) {
      const taken = PATH_INPUTS[action];
      if (!taken || typeof input !== 'object' || input === null) return;
      const given = input as Record<string, unknown>;
      const resolve = (one: unknown) =>
        typeof one === 'string' ? pathBelowRoots(taken.isNew ? roots : sources, one, taken.isNew) : one;
      const value = given[taken.field];
      // The message was unpacked for this call alone.
      given[taken.field] = Array.isArray(value)
        ? await Promise.all(value.map(resolve))
        : await resolve(value);
    },
    shown: (value) => shownIn(value, texts, false),
  };
}

/** How a text is shown, and one that tells what went wrong. */
interface Texts {
  plain(text: string): string;
  told(text: string): string;
}

/** Longer texts are no paths. */
const LONGEST = 4096;
/** The full path of something that lies deeper than at the top, and nothing else. */
const WHOLE_PATH = /^(?:\/[^/\n]+\/|[A-Za-z]:[\\/]|\\\\)[^\n]+$/;
/** The same within a sentence. */
const PATH_WITHIN = /(?<![\w.~\\/-])(?:(?:\/[^\s"'“”’:;,()/]+){2,}|(?:[A-Za-z]:\\|\\\\)[^\s"'“”’:;,()]+)\/?/g;

function textsOf(known: readonly { readonly name: string; readonly folder: string }[]): Texts {
  // The longest first: one may lie in another.
  const folders = [...known].sort((a, b) => b.folder.length - a.folder.length);
  const within = new RegExp(
    `(?<![\\w.~-])(?:${folders.map(({ folder }) => `(${escaped(folder)})`).join('|')})(?![^\\s\\\\/"'“”’:;,.()])`,
    'g',
  );
  const plain = (text: string) => {
    if (!/[\\/]/.test(text)) return text;
    const named = text.replace(within, (...args) => {
      const groups = args.slice(1, 1 + folders.length);
      return folders[groups.findIndex((group) => group !== undefined)]!.name;
    });
    if (named.length > LONGEST || !WHOLE_PATH.test(named)) return named;
    return unknown(named);
  };
  return { plain, told: (text) => plain(text).replace(PATH_WITHIN, unknown) };
}

/** Of a path that lies elsewhere only the last part is told. */
function unknown(path: string): string {
  return `…/${path.split(/[\\/]/).filter(Boolean).at(-1) ?? ''}`;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** @param isError within what tells of a failure, whose sentences quote paths */
function shownIn<T>(value: T, texts: Texts, isError: boolean): T {
  if (typeof value === 'string') return (isError ? texts.told(value) : texts.plain(value)) as T;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((one) => shownIn(one, texts, isError)) as T;
  if (value instanceof ORPCError) {
    const { code, status, message, data, defined } = value;
    const options = { defined, status, message: texts.told(message), data: shownIn(data, texts, true) };
    return new ORPCError(code, { ...options, cause: value.cause }) as T;
  }
  // Dates, bytes and the like hold no path.
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  const tells = isError || ('code' in value && 'message' in value);
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, shownIn(one, texts, tells)]),
  ) as T;
}

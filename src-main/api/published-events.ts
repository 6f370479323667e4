import type {
  AnyContractProcedure,
  InferContractRouterInputs,
  InferContractRouterOutputs,
} from '@orpc/contract';
import type { WorkstationEvent } from '../../src-shared/contract/app.ts';
import type { Contract } from '../../src-shared/contract/index.ts';
import type { Product } from '../../src-shared/product.ts';

/** A stream has no output yet when its work has ended. */
type Output<Procedure extends AnyContractProcedure> =
  InferContractRouterOutputs<Procedure> extends AsyncIterable<unknown>
    ? undefined
    : InferContractRouterOutputs<Procedure>;

type EventAfter<Procedure> = Procedure extends AnyContractProcedure
  ? (input: InferContractRouterInputs<Procedure>, output: Output<Procedure>) => WorkstationEvent
  : never;

type PublishedEvents = {
  readonly [Group in keyof Contract]?: {
    readonly [Name in keyof Contract[Group]]?: EventAfter<Contract[Group][Name]> | null;
  };
};

const batch = (batchId: number) => ({ kind: 'batch', batchId }) as const;
const lots = () => ({ kind: 'lots' }) as const;
const reviewed = ({ runId, imageId }: { readonly runId: number; readonly imageId: number }) =>
  ({ kind: 'reviewed', runId, imageId }) as const;
const recipes = () => ({ kind: 'recipes' }) as const;
const areas = () => ({ kind: 'areas' }) as const;
const people = () => ({ kind: 'people' }) as const;
const references = (_input: unknown, { product }: { readonly product: Product }) =>
  ({ kind: 'references', product }) as const;
const reports = () => ({ kind: 'reports' }) as const;
const signatures = () => ({ kind: 'signatures' }) as const;
const packs = () => ({ kind: 'packs' }) as const;
const backups = () => ({ kind: 'backups' }) as const;

/**
 * What every window hears after a procedure that takes a role: after its success, of a stream also when its work
 * failed or was cancelled, since a part of it may have been done. Null: it changes nothing that windows show, or
 * what it works on publishes its own events.
 */
export const PUBLISHED_EVENTS = {
  app: {
    clearCache: null,
    // The workspace's health is published when it changes.
    checkDatabase: null,
  },
  batches: {
    create: (_input, { id }) => batch(id),
    update: ({ id }) => batch(id),
    changeSampleRange: ({ id }) => batch(id),
    changeScale: ({ id }) => batch(id),
    archive: ({ id }) => batch(id),
    delete: ({ id }) => batch(id),
    // Each batch is published as it goes.
    purge: null,
  },
  imports: { start: ({ id }) => batch(id), dismiss: ({ id }) => batch(id) },
  // A followed folder publishes how it goes.
  follow: { start: null, stop: null },
  // A run publishes its progress.
  runs: { start: null, pause: null, resume: null, cancel: null },
  review: {
    judge: reviewed,
    annotate: reviewed,
    retract: (_input, retracted) => reviewed(retracted),
    askSam: null,
    prepareSam: null,
  },
  // Windows show what is imported of it.
  uploads: { begin: null, finish: null, discard: null },
  recipes: { save: recipes },
  references: {
    add: references,
    remove: references,
    mark: references,
    undo: references,
    approve: references,
    reject: references,
    whatIf: null,
    measure: null,
  },
  areas: { save: areas },
  packs: {
    install: packs,
    remove: packs,
    changeSettings: packs,
    add: packs,
    resume: packs,
    discard: packs,
    selfTest: null,
  },
  lots: { begin: lots, dispose: lots },
  // The inference process publishes its status.
  device: { choose: null },
  audit: {
    search: null,
    choices: null,
    head: null,
    exportHead: null,
    checkHead: null,
    verify: null,
    export: null,
  },
  // A study is blind: other windows hear of no answer.
  studies: { create: null, next: null, judge: null, takeBack: null, results: null, exportAnswers: null },
  exports: { run: null },
  reports: {
    preview: null,
    make: reports,
    revise: reports,
    save: null,
    changeCompany: reports,
    dispose: reviewed,
  },
  stats: { export: null },
  signatures: { sign: signatures, withdraw: signatures },
  backups: {
    changeSettings: backups,
    run: backups,
    verify: backups,
    examine: null,
    mend: null,
    changeRetention: backups,
  },
  people: {
    changePin: people,
    changeIdleMinutes: people,
    add: people,
    changeRole: people,
    resetPin: people,
    remove: people,
  },
} satisfies PublishedEvents;

/**
 * What is published after a call; undefined: nothing.
 * @param path group and name of the procedure
 * @param input as it came; the procedure's schema has accepted it
 * @param output undefined for a stream
 */
export function eventAfter(
  [group = '', name = '']: readonly string[],
  input: unknown,
  output: unknown,
): WorkstationEvent | undefined {
  const groups: Readonly<Record<string, Readonly<Record<string, unknown>>>> = PUBLISHED_EVENTS;
  const after = groups[group]?.[name] as
    | ((input: unknown, output: unknown) => WorkstationEvent)
    | null
    | undefined;
  return after?.(input, output);
}

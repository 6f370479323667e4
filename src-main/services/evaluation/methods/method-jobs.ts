import type { ErrorCode } from '../../../../src-shared/error-codes.ts';
import type { ErrorRecord } from '../../../../src-shared/error-record.ts';
import type { Method } from '../../../../src-shared/method.ts';
import { type MethodSpec, opinionsOf } from '../method-spec.ts';

/** What the images are run with once, for one or several specs. */
export interface MethodJob {
  readonly method: Method;
  readonly consensus: boolean;
  readonly references: number | undefined;
  /** What is read from its results. */
  readonly specs: readonly MethodSpec[];
}

/** Jobs that the pack turned out to be unable to run, and why. */
export type UnableJobs = Map<MethodJob, ErrorRecord>;

const OF_METHOD: ReadonlySet<ErrorCode> = new Set([
  'recipe-invalid',
  'pack-invalid',
  'model-file-invalid',
  'model-tensor-unknown',
  'model-opset-unsupported',
]);

/** True for errors of a pack that was opened before: its files lack what a method's graph is made of. */
export function blamesMethod(code: ErrorCode): boolean {
  return OF_METHOD.has(code);
}

/**
 * The runs that specs take, each once. An opinion that is measured alone is read from a run without MMR, the cheapest one:
 * what language says has no part in it.
 * @param base whose runs opinions alone are read from
 */
export function methodJobs(specs: readonly MethodSpec[], base: Method['name'] = 'clipsam'): MethodJob[] {
  const jobs = Map.groupBy(
    specs.map((spec) => ({ spec, method: spec.method ?? { name: base, refine: false } })),
    ({ spec, method }) => [method.name, method.refine, ...opinionsOf(spec), spec.references ?? 0].join(' '),
  );
  return [...jobs.values()].map((group) => {
    const [{ method, spec }] = group as [(typeof group)[number]];
    const { consensus, references } = spec;
    return { method, consensus, references, specs: group.map((one) => one.spec) };
  });
}

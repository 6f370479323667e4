import type {
  MeasureEvent,
  ReferenceWhatIfEvent,
  WantedChange,
} from '../../../src-shared/contract/references.ts';
import { Measurements } from '../../services/references/measure.ts';
import type { ScoredImages } from '../../services/references/reference-memory.ts';
import { setOfRun, shownSet } from '../../services/references/shown-set.ts';
import { resolveChange } from '../../services/references/wanted-change.ts';
import { whatIfOfChange } from '../../services/references/what-if.ts';
import { productSummaries } from '../../store/memory-overview.ts';
import type { Workspace } from '../../store/workspace.ts';
import type { Implementer } from '../implementer.ts';
import { checkAgainstOther } from '../permission.ts';
import type { Workstation } from '../workstation.ts';

/** What products remember, and its changes. */
export function referenceRoutes({ references }: Implementer, workstation: Workstation) {
  const { workspace, contents, memory, pool } = workstation;
  const measurements = new Measurements();
  const ask = async (acting: Workspace, wanted: WantedChange, inspector: string) =>
    memory.ask(acting, await resolveChange(workspace, contents, wanted, inspector));
  return {
    products: references.products.handler(() => productSummaries(workspace)),
    get: references.get.handler(({ input }) => shownSet(workspace, input.product, measurements.of)),
    ofRun: references.ofRun.handler(({ input }) => setOfRun(workspace, input.runId)),
    add: references.add.handler(({ input: { images, inspector }, context: { acting } }) =>
      ask(acting, { kind: 'add', images }, inspector),
    ),
    remove: references.remove.handler(({ input: { items, inspector }, context: { acting } }) =>
      ask(acting, { kind: 'remove', items }, inspector),
    ),
    mark: references.mark.handler(({ input: { inspector, ...mark }, context: { acting } }) =>
      ask(acting, { kind: 'mark', ...mark }, inspector),
    ),
    undo: references.undo.handler(({ input: { id, inspector }, context: { acting } }) =>
      ask(acting, { kind: 'undo', id }, inspector),
    ),
    proposals: references.proposals.handler(() => memory.list({ open: true })),
    approve: references.approve.handler(({ input: { id, ...word }, context: { acting } }) =>
      memory.approve(acting, id, word),
    ),
    reject: references.reject.handler(({ input: { id, ...word }, context: { signedIn, acting } }) =>
      memory.reject(acting, id, word, (other) =>
        checkAgainstOther(signedIn, 'references.reject-of-others', other),
      ),
    ),
    history: references.history.handler(({ input }) => memory.list(input)),
    whatIf: references.whatIf.handler(({ input, context: { stream } }) =>
      stream<ReferenceWhatIfEvent>(async (emit, signal) => {
        const onProgress = (progress: ScoredImages) => emit({ kind: 'scoring', ...progress });
        const options = { workspace, pool, contents, signal, onProgress };
        emit({ kind: 'finished', whatIf: await whatIfOfChange(options, input.change) });
      }),
    ),
    measure: references.measure.handler(({ input: { product }, context: { stream } }) =>
      stream<MeasureEvent>(async (emit, signal) => {
        const onProgress = (progress: ScoredImages) => emit({ kind: 'scoring', ...progress });
        await measurements.measure({ workspace, pool, signal, onProgress }, product);
        emit({ kind: 'finished', set: await shownSet(workspace, product, measurements.of) });
      }),
    ),
  };
}

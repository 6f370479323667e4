import type { ReactNode } from 'react';
import { otherRowOf } from '../../src-shared/run-difference.ts';
import { OtherViewer } from '../viewer/other-viewer.tsx';
import { type RunSide, runDifferences } from './run-differences.ts';
import { RunLabel } from './run-label.tsx';
import type { Review } from './use-review.ts';

/** What stands over and beside the image where two runs are compared; nothing where one is reviewed alone. */
export function useSides({ other, runId, queue: { current }, otherImage, pyramid, data }: Review): {
  readonly label?: ReactNode;
  readonly beside?: ReactNode;
} {
  if (other.id === null || runId === null || !current) return {};
  const [run, otherRun] = [runId, other.id].map((id) => other.runs.find(({ run }) => run.id === id));
  const row = otherRowOf(other.data?.list ?? null, current.imageId);
  const [mine, theirs] = [sideOf(run, current), sideOf(otherRun, row)];
  const differs = mine && theirs ? runDifferences(mine, theirs) : [];
  const without = other.error ? 'compare.unread' : other.data ? 'compare.pending' : 'loading';
  return {
    label: <RunLabel side="reviewed" run={run} row={current} without="loading" differs={differs} />,
    beside: (
      <OtherViewer
        imageId={current.imageId}
        runId={other.id}
        name={current.name}
        version={otherImage.data?.image.version ?? null}
        file={otherImage.data?.file ?? null}
        pyramid={pyramid.data ?? null}
        outcome={otherImage.data?.outcome ?? null}
        thresholds={other.data?.recipe ?? data.recipe}
        hasTruth={otherImage.data?.hasTruth ?? false}
        label={<RunLabel side="other" run={otherRun} row={row} without={without} differs={differs} />}
      />
    ),
  };
}

function sideOf(run: Review['other']['runs'][number] | undefined, row: RunSide['row']): RunSide | null {
  return run ? { recipe: run.recipe, packHash: run.run.packHash, row } : null;
}

import { relative, sep } from 'node:path';
import { pageName } from '../../../src-shared/image-page.ts';
import { opcResult, type ResultContext } from '../../reports/opc-export.ts';
import type { ReportImage } from '../../reports/run-report.ts';
import { getBatch } from '../../store/batches.ts';
import { getRecipe } from '../../store/recipes.ts';
import { getRun } from '../../store/runs.ts';
import type { Workspace } from '../../store/workspace.ts';
import type { MessageOf } from '../runs/batch-run.ts';

/** What is told of the results of a followed folder: ResultDataType of OPC 40100-1, as the export has it. */
export function resultMessages(
  workspace: Workspace,
  { folderId, folder }: { readonly folderId: number; readonly folder: string },
): MessageOf {
  let known: ResultContext | undefined;
  return async (image, outcome, runId) => {
    const context = known?.run.id === runId ? known : await contextOf(workspace, runId);
    known = context;
    return ({ id, finishedAt }) => {
      const key = `${context.jobId}/${id}`;
      const told: ReportImage = {
        ...outcome,
        resultId: key,
        imageId: image.id,
        contentHash: outcome.status === 'done' ? outcome.result.contentHash : image.contentHash,
        ...{ file: 'same', path: image.path, page: image.page, range: image.range, finishedAt },
        name: pageName(relative(folder, image.path).replaceAll(sep, '/'), image.page),
        ...{ verdict: null, annotations: [] },
      };
      return { folderId, key, kind: 'result', payload: JSON.stringify(opcResult(context, told)) };
    };
  };
}

async function contextOf(workspace: Workspace, runId: number): Promise<ResultContext> {
  const run = await getRun(workspace, runId);
  const { recipe, revision: recipeRevision } = await getRecipe(workspace, run.recipeHash);
  const batch = await getBatch(workspace, run.batchId);
  return { batch, run, recipe, recipeRevision, jobId: `${workspace.id}/${runId}` };
}

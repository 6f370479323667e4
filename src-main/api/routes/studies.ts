import { basename, dirname } from 'node:path';
import {
  answerTurn,
  beginStudy,
  exportAnswers,
  nextTurn,
  studiesOf,
  studyResults,
  takeBack,
} from '../../services/review/studies.ts';
import type { Implementer } from '../implementer.ts';
import type { Workstation } from '../workstation.ts';

/** Blind agreement studies. */
export function studyRoutes({ studies }: Implementer, workstation: Workstation) {
  const { workspace, contents, downloads } = workstation;
  return {
    list: studies.list.handler(({ input }) => studiesOf(workspace, input.batchId)),
    create: studies.create.handler(({ input, context: { acting } }) => beginStudy(acting, input)),
    next: studies.next.handler(({ input: { id, inspector } }) =>
      nextTurn(workspace, contents, id, inspector),
    ),
    judge: studies.judge.handler(({ input, context: { acting } }) => answerTurn(acting, contents, input)),
    takeBack: studies.takeBack.handler(({ input: { id, inspector }, context: { acting } }) =>
      takeBack(acting, contents, id, inspector),
    ),
    results: studies.results.handler(({ input: { id, inspector } }) =>
      studyResults(workspace, id, inspector),
    ),
    exportAnswers: studies.exportAnswers.handler(({ input: { id, inspector, csv, download: isDownload } }) =>
      workstation.whileBusy(async () => {
        if (!isDownload) return { path: await exportAnswers(workspace, id, inspector, csv), download: null };
        const { name, download } = await downloads.make(
          { owner: inspector, action: 'studies.exportAnswers' },
          async (folder) => ({
            name: basename(dirname(await exportAnswers(workspace, id, inspector, csv, folder))),
          }),
        );
        return { path: name, download };
      }),
    ),
  };
}

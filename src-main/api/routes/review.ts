import { Lesson } from '../../services/references/learning.ts';
import { askSam } from '../../services/review/ask-sam.ts';
import { prepareSam } from '../../services/review/prepare-sam.ts';
import {
  annotateImage,
  judgeImage,
  reviewImage,
  reviewRemarks,
  reviewRowsOf,
  reviewTable,
} from '../../services/review/review.ts';
import { retractAnnotation } from '../../store/annotations.ts';
import { defectClasses } from '../../store/defect-classes.ts';
import { getImage } from '../../store/images.ts';
import type { Implementer } from '../implementer.ts';
import { checkAgainstOther } from '../permission.ts';
import type { Workstation } from '../workstation.ts';

/** The results of a run beside what inspectors say about them. */
export function reviewRoutes(
  { review }: Implementer,
  { workspace, contents, runControl, pool, tiles, memory }: Workstation,
) {
  const learning = async <T>(work: (lesson: Lesson) => Promise<T>): Promise<T> => {
    const lesson = new Lesson();
    const said = await work(lesson);
    memory.follow(lesson);
    return said;
  };
  return {
    table: review.table.handler(({ input: { batchId, runId, after } }) =>
      reviewTable(workspace, runControl, batchId, runId, after),
    ),
    rows: review.rows.handler(({ input }) => reviewRowsOf(workspace, input.runId, input.imageIds)),
    image: review.image.handler(({ input }) => reviewImage(workspace, contents, input.imageId, input.runId)),
    remarks: review.remarks.handler(({ input }) => reviewRemarks(workspace, input.runId, input.imageId)),
    pyramid: review.pyramid.handler(async ({ input, signal }) =>
      tiles.layout(await getImage(workspace, input.imageId), signal),
    ),
    judge: review.judge.handler(({ input, context: { signedIn, acting } }) =>
      learning(({ fromVerdict }) => {
        const allow = (inspector: string | undefined) =>
          checkAgainstOther(signedIn, 'review.judge-after-others', inspector);
        return judgeImage(acting, contents, input, allow, fromVerdict);
      }),
    ),
    annotate: review.annotate.handler(({ input, context: { acting } }) =>
      learning(({ fromAnnotation }) => annotateImage(acting, contents, input, fromAnnotation)),
    ),
    retract: review.retract.handler(async ({ input: { id, inspector }, context: { signedIn, acting } }) => ({
      id,
      ...(await learning(({ fromRetraction }) => {
        const allow = (other: string) => checkAgainstOther(signedIn, 'review.retract-of-others', other);
        return retractAnnotation(acting, id, inspector, allow, fromRetraction);
      })),
    })),
    askSam: review.askSam.handler(({ input, signal }) =>
      askSam({ workspace, pool, contents, ...input, ...(signal && { signal }) }),
    ),
    prepareSam: review.prepareSam.handler(({ input, signal }) =>
      prepareSam({ workspace, pool, contents, ...input, ...(signal && { signal }) }),
    ),
    defectClasses: review.defectClasses.handler(() => defectClasses(workspace)),
  };
}

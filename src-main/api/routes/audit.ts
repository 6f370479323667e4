import type { AuditExportEvent, AuditVerifyEvent } from '../../../src-shared/contract/audit.ts';
import { exportHead, exportTrail } from '../../services/audit/export-trail.ts';
import { checkHead } from '../../services/audit/kept-head.ts';
import { verifyTrail } from '../../services/audit/verify-trail.ts';
import { auditChoices, auditHead, countAudit, searchAudit } from '../../store/audit-search.ts';
import type { Implementer } from '../implementer.ts';
import type { Workstation } from '../workstation.ts';

/** The audit trail. */
export function auditRoutes({ audit }: Implementer, workstation: Workstation) {
  const { workspace, exportFolders } = workstation;
  return {
    search: audit.search.handler(async ({ input: { filter, ...page } }) => ({
      entries: await searchAudit(workspace, filter, page),
      total: page.before === null ? await countAudit(workspace, filter) : null,
    })),
    choices: audit.choices.handler(() => auditChoices(workspace)),
    head: audit.head.handler(() => auditHead(workspace)),
    exportHead: audit.exportHead.handler(async () => {
      const outcome = await exportHead(workspace);
      exportFolders.add(outcome.folder);
      return outcome;
    }),
    checkHead: audit.checkHead.handler(({ input: { head } }) => checkHead(workspace, head)),
    verify: audit.verify.handler(({ input: { head }, context: { stream } }) =>
      stream<AuditVerifyEvent>(async (onEvent, signal) => {
        const report = await verifyTrail(workspace, {
          ...(head && { head }),
          signal,
          onProgress: (progress) => onEvent({ kind: 'checking', ...progress }),
        });
        onEvent({ kind: 'finished', report });
      }),
    ),
    export: audit.export.handler(({ input, context: { inspector, stream } }) =>
      stream<AuditExportEvent>((onEvent, signal) =>
        workstation.whileBusy(async () => {
          const outcome = await exportTrail({
            ...{ workspace, inspector, signal, ...input },
            onProgress: (done, total) => onEvent({ kind: 'exporting', done, total }),
          });
          exportFolders.add(outcome.folder);
          onEvent({ kind: 'finished', ...outcome });
        }),
      ),
    ),
  };
}

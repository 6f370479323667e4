import { parse } from 'node:path';
import type { AuditExportEvent, AuditVerifyEvent } from '../../../src-shared/contract/audit.ts';
import { exportHead, exportTrail } from '../../services/audit/export-trail.ts';
import { checkHead } from '../../services/audit/kept-head.ts';
import { verifyTrail } from '../../services/audit/verify-trail.ts';
import { auditChoices, auditHead, countAudit, searchAudit } from '../../store/audit-search.ts';
import type { Implementer } from '../implementer.ts';
import type { Workstation } from '../workstation.ts';

/** The audit trail. */
export function auditRoutes({ audit }: Implementer, workstation: Workstation) {
  const { workspace, exportFolders, downloads } = workstation;
  return {
    search: audit.search.handler(async ({ input: { filter, ...page } }) => ({
      entries: await searchAudit(workspace, filter, page),
      total: page.before === null ? await countAudit(workspace, filter) : null,
    })),
    choices: audit.choices.handler(() => auditChoices(workspace)),
    head: audit.head.handler(() => auditHead(workspace)),
    exportHead: audit.exportHead.handler(async ({ input, context: { inspector } }) => {
      if (input.download) {
        return namesOnly(
          await downloads.make({ owner: inspector, action: 'audit.exportHead' }, async (folder) =>
            named(await exportHead(workspace, folder)),
          ),
        );
      }
      const outcome = await exportHead(workspace);
      exportFolders.add(outcome.folder);
      return { ...outcome, download: null };
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
          const write = (folder: string | null) =>
            exportTrail({
              ...{ workspace, inspector, signal, ...input, folder },
              onProgress: (done, total) => onEvent({ kind: 'exporting', done, total }),
            });
          if (input.download) {
            const whose = { owner: inspector, action: 'audit.export' } as const;
            const make = async (folder: string) => named(await write(folder));
            onEvent({ kind: 'finished', ...namesOnly(await downloads.make(whose, make, signal)) });
            return;
          }
          const outcome = await write(input.folder);
          exportFolders.add(outcome.folder);
          onEvent({ kind: 'finished', ...outcome, download: null });
        }),
      ),
    ),
  };
}

/** What was written, called after its file. */
function named<T extends { readonly path: string }>(written: T): T & { readonly name: string } {
  return { ...written, name: parse(written.path).name };
}

/** Without the folder that is there only until the file was fetched. */
function namesOnly<T extends { readonly folder: string; readonly path: string; readonly name: string }>({
  name: _name,
  ...made
}: T) {
  return { ...made, folder: '', path: parse(made.path).base };
}

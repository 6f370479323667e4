import type { PackImportEvent, PackProgress, SelfTestEvent } from '../../../src-shared/contract/packs.ts';
import { checkPack, summarisePacks } from '../../services/packs/model-packs.ts';
import type { AddedPack } from '../../services/packs/pack-imports.ts';
import { selfTest } from '../../services/packs/self-test.ts';
import type { Implementer, StreamOf } from '../implementer.ts';
import type { Workstation } from '../workstation.ts';

/** Model packs: those that are there, and others into the workspace. */
export function packRoutes({ packs: procedures }: Implementer, workstation: Workstation) {
  const { packs, packImports, examiner, pool, samplesFolder, selfTestFolder } = workstation;
  const bring = (
    stream: StreamOf,
    work: (options: {
      readonly signal: AbortSignal;
      onEvent(event: PackImportEvent): void;
    }) => Promise<AddedPack>,
  ) =>
    stream<PackProgress>((emit, signal) =>
      workstation.whileBusy(async () =>
        emit({ kind: 'finished', ...(await work({ signal, onEvent: emit })) }),
      ),
    );
  return {
    list: procedures.list.handler(() => summarisePacks(packs)),
    verify: procedures.verify.handler(({ input }) => checkPack(input.id, packs, examiner)),
    add: procedures.add.handler(({ input: { source, inspector }, context: { acting, stream } }) =>
      bring(stream, (options) => packImports.add(source, { ...options, inspector, acting })),
    ),
    resume: procedures.resume.handler(({ input: { packHash, inspector }, context: { acting, stream } }) =>
      bring(stream, (options) => packImports.resume(packHash, { ...options, inspector, acting })),
    ),
    unfinished: procedures.unfinished.handler(() => packImports.unfinished()),
    discard: procedures.discard.handler(async ({ input }) => {
      await packImports.discard(input.packHash);
      return packImports.unfinished();
    }),
    selfTest: procedures.selfTest.handler(({ input: { pack, device }, context: { stream } }) =>
      stream<SelfTestEvent>((onEvent, signal) =>
        selfTest({
          pool,
          examiner,
          pack,
          device,
          ...packs,
          samplesFolder,
          artifactRoot: selfTestFolder,
          signal,
          onEvent,
        }),
      ),
    ),
  };
}

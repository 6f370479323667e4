import type { PackImportEvent, PackProgress, SelfTestEvent } from '../../../src-shared/contract/packs.ts';
import { describeCatalogue, findEntry } from '../../services/packs/catalogue.ts';
import { changeSettings, describeSettings } from '../../services/packs/machine-settings.ts';
import { checkPack, summarisePacks } from '../../services/packs/model-packs.ts';
import { describePackFolders } from '../../services/packs/pack-folders.ts';
import type { AddedPack } from '../../services/packs/pack-imports.ts';
import { packUses, removePack } from '../../services/packs/remove-pack.ts';
import { selfTest } from '../../services/packs/self-test.ts';
import { assertMayAct } from '../../store/acting.ts';
import { recordPackSettings } from '../../store/packs.ts';
import type { Implementer, StreamOf } from '../implementer.ts';
import type { Workstation } from '../workstation.ts';

/** Model packs: those that are there, and others into the workspace. */
export function packRoutes({ packs: procedures }: Implementer, workstation: Workstation) {
  const { packs, packImports, examiner, pool, samplesFolder, selfTestFolder, workspace } = workstation;
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
    catalogue: procedures.catalogue.handler(() => describeCatalogue(packs, workstation.catalogueRoot)),
    install: procedures.install.handler(
      async ({ input: { id, licences, inspector }, context: { acting, stream } }) => {
        const entry = await findEntry(id, workstation.catalogueRoot);
        return bring(stream, (options) =>
          packImports.install(entry, licences, { ...options, inspector, acting }),
        );
      },
    ),
    uses: procedures.uses.handler(({ input }) => packUses(input.id, packs, workspace.folder)),
    remove: procedures.remove.handler(({ input: { id, force, inspector }, context: { acting } }) =>
      removePack(id, { roots: packs, force, inspector, acting, release: () => pool.endIdle() }),
    ),
    settings: procedures.settings.handler(() => describeSettings(packs.storeRoot)),
    changeSettings: procedures.changeSettings.handler(
      async ({ input: { inspector, ...change }, context: { acting } }) => {
        await assertMayAct(acting);
        const before = describeSettings(packs.storeRoot);
        await changeSettings(change);
        const after = describeSettings(packs.storeRoot);
        await recordPackSettings(acting, { before, after }, inspector);
        return after;
      },
    ),
    where: procedures.where.handler(() => describePackFolders(packs)),
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

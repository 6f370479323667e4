import { sign, withdraw } from '../../services/signatures/sign.ts';
import { listSignatures } from '../../services/signatures/signature-list.ts';
import { signedSubject } from '../../services/signatures/signed-subject.ts';
import type { Implementer } from '../implementer.ts';
import type { Workstation } from '../workstation.ts';

/** Signatures. Who signs is checked by their PIN, so that the session's rights are not what is written with. */
export function signatureRoutes({ signatures: os }: Implementer, { workspace, people }: Workstation) {
  return {
    of: os.of.handler(({ input }) => signedSubject(workspace, input)),
    sign: os.sign.handler(({ input }) => sign({ workspace, people }, input)),
    withdraw: os.withdraw.handler(({ input }) => withdraw({ workspace, people }, input)),
    list: os.list.handler(({ input }) => listSignatures(workspace, input)),
  };
}

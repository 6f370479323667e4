import type { Contract } from './contract/index.ts';
import { ROLES, type Role } from './roles.ts';

type ProcedurePath = {
  [Group in keyof Contract & string]: `${Group}.${keyof Contract[Group] & string}`;
}[keyof Contract & string];

/** Every procedure of the contract, and what is more than its procedure says: it meets what somebody else said. */
export type Action =
  | ProcedurePath
  | 'review.judge-after-others'
  | 'review.retract-of-others'
  | 'references.reject-of-others'
  | 'signatures.withdraw-of-others';

/**
 * The least role that an action takes, where a workspace has people; null: nobody has to sign in for it, since it
 * changes nothing or is the way in.
 */
export const LEAST_ROLE: Readonly<Record<Action, Role | null>> = {
  'app.info': null,
  'app.events': null,
  'app.cache': null,
  'app.clearCache': 'engineer',
  'app.checkDatabase': 'operator',
  'app.folder': null,
  'batches.list': null,
  'batches.get': null,
  'batches.create': 'operator',
  'batches.update': 'operator',
  'batches.changeSampleRange': 'engineer',
  'batches.changeScale': 'engineer',
  'batches.archive': 'reviewer',
  'batches.delete': 'engineer',
  'batches.purgePreview': null,
  'batches.purge': 'engineer',
  'imports.start': 'operator',
  'imports.dismiss': 'operator',
  'runs.list': null,
  'runs.start': 'operator',
  'runs.pause': 'operator',
  'runs.resume': 'operator',
  'runs.cancel': 'operator',
  'runs.failures': null,
  'review.table': null,
  'review.rows': null,
  'review.image': null,
  'review.remarks': null,
  'review.pyramid': null,
  'review.judge': 'operator',
  'review.judge-after-others': 'reviewer',
  'review.annotate': 'operator',
  'review.retract': 'operator',
  'review.retract-of-others': 'reviewer',
  'review.askSam': 'operator',
  'review.prepareSam': 'operator',
  'review.defectClasses': null,
  'recipes.list': null,
  'recipes.default': null,
  'recipes.save': 'engineer',
  'references.products': null,
  'references.get': null,
  'references.ofRun': null,
  'references.add': 'operator',
  'references.remove': 'operator',
  'references.mark': 'operator',
  'references.undo': 'operator',
  'references.proposals': null,
  'references.approve': 'reviewer',
  'references.reject': 'operator',
  'references.reject-of-others': 'reviewer',
  'references.history': null,
  'references.whatIf': 'operator',
  'references.measure': 'operator',
  'areas.get': null,
  'areas.save': 'engineer',
  'areas.history': null,
  'whatIf.thetaProfile': null,
  'packs.list': null,
  'packs.verify': null,
  'packs.catalogue': null,
  'packs.install': 'engineer',
  'packs.uses': null,
  'packs.remove': 'engineer',
  'packs.settings': null,
  'packs.changeSettings': 'engineer',
  'packs.where': null,
  'packs.add': 'engineer',
  'packs.resume': 'engineer',
  'packs.discard': 'engineer',
  'packs.unfinished': null,
  'packs.selfTest': 'engineer',
  'device.status': null,
  'device.survey': null,
  'device.choose': 'engineer',
  'studies.list': null,
  'studies.create': 'reviewer',
  'studies.next': 'operator',
  'studies.judge': 'operator',
  'studies.takeBack': 'operator',
  'studies.results': 'reviewer',
  'studies.exportAnswers': 'reviewer',
  'exports.run': 'operator',
  'reports.list': null,
  'reports.get': null,
  'reports.preview': 'operator',
  'reports.make': 'operator',
  'reports.revise': 'reviewer',
  'reports.save': 'operator',
  'reports.company': null,
  'reports.changeCompany': 'engineer',
  'reports.dispose': 'reviewer',
  'reports.dispositions': null,
  'stats.dashboard': null,
  'stats.gallery': null,
  'stats.export': 'operator',
  'signatures.of': null,
  'signatures.sign': 'operator',
  'signatures.withdraw': 'operator',
  'signatures.withdraw-of-others': 'engineer',
  'signatures.list': null,
  'backups.settings': null,
  'backups.changeSettings': 'engineer',
  'backups.run': 'operator',
  'backups.list': null,
  'backups.verify': 'operator',
  'backups.examine': 'operator',
  'backups.mend': 'engineer',
  'people.list': null,
  'people.resume': null,
  'people.signIn': null,
  'people.signOut': null,
  'people.stay': null,
  'people.changePin': 'operator',
  'people.idleMinutes': null,
  'people.changeIdleMinutes': 'engineer',
  'people.add': 'engineer',
  'people.changeRole': 'engineer',
  'people.resetPin': 'engineer',
  'people.remove': 'engineer',
};

/** What takes a role and is asked for by windows on their own too: no sign that somebody is there. */
export const ASKED_UNATTENDED: ReadonlySet<Action> = new Set(['studies.next', 'studies.results']);

/** True when the role may do it. */
export function mayDo(role: Role, action: Action): boolean {
  const least = LEAST_ROLE[action];
  return least === null || ROLES.indexOf(role) >= ROLES.indexOf(least);
}

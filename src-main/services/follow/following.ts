import type { FollowSettings, FollowState } from '../../../src-shared/followed-folder.ts';
import { brokerAccess } from './broker-access.ts';
import { FolderFollower, type FolderFollowerOptions } from './folder-follower.ts';
import { Station } from './station.ts';
import { resultMessages } from './station-messages.ts';

/** A folder that is followed, at a broker where its settings name one. */
export class Following {
  readonly #options: Omit<FolderFollowerOptions, 'messageOf'>;
  readonly #follower: FolderFollower;
  #station: Station | undefined;

  constructor(options: Omit<FolderFollowerOptions, 'messageOf'>) {
    this.#options = options;
    const { workspace, claim, onEvent } = options;
    const { id: folderId, path: folder, settings } = claim.folder;
    this.#follower = new FolderFollower({
      ...options,
      messageOf: settings.broker ? resultMessages(workspace, { folderId, folder }) : undefined,
      onEvent: (event) => {
        onEvent?.(event);
        if (event.kind === 'state') this.#station?.look();
      },
    });
  }

  get state(): FollowState {
    return this.#follower.state;
  }

  get settings(): FollowSettings {
    return this.#follower.settings;
  }

  /** As `change` of {@link FolderFollower}. */
  change(settings: FollowSettings, inspector: string): Promise<void> {
    return this.#follower.change(settings, inspector);
  }

  /**
   * Until the signal is aborted.
   * @throws ClipSamError as `brokerAccess` says, and what opening the models says, at the beginning
   */
  async run(): Promise<void> {
    const { workspace, claim } = this.#options;
    const { broker } = claim.folder.settings;
    const access = broker && (await brokerAccess(broker));
    const done = this.#follower.run();
    if (!broker || !access) return done;
    try {
      await Promise.race([this.#follower.ready, done]);
      this.#station = await Station.open({
        ...{ workspace, access, follower: this.#follower, settings: broker },
        ...{ folderId: claim.folder.id, inspector: claim.folder.inspector },
        onBroker: (problem, waiting) => this.#follower.tellBroker({ problem, waiting }),
      });
      await done;
    } finally {
      await this.#station?.close();
    }
  }
}

/** What the routes are made of: the rooms that they call, put together once by `createApp`. */
import type { Engine, SecretBox } from '@trellis/engine';
import type { Identity } from '@trellis/identity';
import type { Storage } from '@trellis/storage';
import type { HubRules } from './event-hub.ts';
import type { MailRoom } from './mail/mail-room.ts';
import type { Metrics } from './metrics.ts';
import type { PreferenceDirectory } from './preferences.ts';
import type { Settings } from './settings.ts';
import type { SignOnDesk } from './single-sign-on.ts';
import type { WorkspaceDirectory } from './workspaces.ts';

export interface Parts {
  readonly engine: Engine;
  readonly storage: Storage;
  readonly identity: Identity;
  readonly settings: Pick<
    Settings,
    | 'publicUrl'
    | 'viewAsMinutes'
    | 'trustProxy'
    | 'rateLimit'
    | 'apiKeyMaxDays'
    | 'importLimitMegabytes'
    | 'isSsoOnly'
    | 'emergencyEmails'
    | 'ssoProviders'
    | 'secondFactor'
  >;
  readonly workspaces: WorkspaceDirectory;
  readonly preferences: PreferenceDirectory;
  readonly signOn: SignOnDesk;
  /** Seals what the platform keeps for itself; undefined: there is no key. */
  readonly secrets?: SecretBox | undefined;
  readonly metrics: Metrics;
  /** Undefined: this installation sends no mail. */
  readonly mail: MailRoom | undefined;
  /** For tests; the hub's own unless given. */
  readonly hubRules?: HubRules | undefined;
  /** Called once the first administrator has been made through the set-up page. */
  readonly onSetUp: () => void;
}

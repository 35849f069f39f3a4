/**
 * What the application and its supervisor process say to each other over their IPC channel.
 * The application's silence also speaks: when the channel closes, the supervisor stops the server.
 */
import type { EmbeddedPostgresErrorCode } from './errors.ts';
import type { ProcessIdentity } from './processes.ts';
import type { ServerSettings } from './settings.ts';

/** All that the supervisor needs to know to run a server. */
export interface ServerPlan {
  /** Absolute. */
  readonly dataDirectory: string;
  readonly logFile: string;
  readonly transport: 'socket' | 'tcp';
  readonly settings: ServerSettings;
  readonly ephemeral: boolean;
  readonly application: ProcessIdentity;
}

/** Where the server is to be found. */
export interface ServerAddress {
  /** The socket's folder, or 127.0.0.1. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  /** Only over TCP. */
  readonly password?: string;
}

export type ApplicationMessage =
  | { readonly type: 'start'; readonly plan: ServerPlan }
  | { readonly type: 'stop' };

export type SupervisorMessage =
  | { readonly type: 'log'; readonly line: string }
  | { readonly type: 'ready'; readonly address: ServerAddress; readonly version: string }
  | { readonly type: 'failed'; readonly code: EmbeddedPostgresErrorCode; readonly message: string };

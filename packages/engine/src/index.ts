/** The front door of the engine room: the record lifecycle and the metadata lifecycle. */
export { createEngine, type EngineOptions } from './create-engine.ts';
export type {
  AggregateRequest,
  BatchRequest,
  BatchResult,
  ChangeRequest,
  Component,
  ComponentEntry,
  Context,
  Engine,
  FileDirectory,
  FileFacts,
  FirstAdministrator,
  FirstUser,
  InputError,
  ListRequest,
  ListResult,
  MetadataLifecycle,
  NewUser,
  OpenFile,
  Plan,
  PlannedComponent,
  PresentedHistory,
  PresentedRecord,
  RecordLifecycle,
  SearchHit,
  SystemContext,
  User,
  UserChange,
  UserContext,
  UserDirectory,
} from './engine.ts';
export { EngineError, type EngineErrorCode } from './errors.ts';
export type { FileSettings } from './file-directory.ts';
export type { EngineLog } from './parts.ts';
export { MAX_BATCH } from './record-lifecycle.ts';

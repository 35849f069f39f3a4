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
  FirstAdministrator,
  FirstUser,
  InputError,
  ListRequest,
  ListResult,
  MetadataLifecycle,
  NewUser,
  Plan,
  PlannedComponent,
  PresentedHistory,
  PresentedRecord,
  RecordLifecycle,
  SearchHit,
  SystemContext,
  Team,
  TeamDirectory,
  User,
  UserChange,
  UserContext,
  UserDirectory,
} from './engine.ts';
export { EngineError, type EngineErrorCode } from './errors.ts';
export { JobFailed, type JobKind, type JobResult, type RunningJob } from './jobs/job-kind.ts';
export type { Job, JobLifecycle, JobRequest } from './jobs/job-lifecycle.ts';
export type { WorkerOptions, Workers } from './jobs/workers.ts';
export type { EngineLog } from './parts.ts';
export { MAX_BATCH } from './record-lifecycle.ts';

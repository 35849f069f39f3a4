/** The front door of the engine room: the record lifecycle and the metadata lifecycle. */
export { AUDIT_ACTIONS, type AuditAction } from './audit/actions.ts';
export type { AuditActor, AuditEvent, Visitor } from './audit/audit-entry.ts';
export type { AuditLog, AuditQuery } from './audit/audit-log.ts';
export type { BulkDesk, BulkRequest } from './bulk/bulk-desk.ts';
export { BULK_OPERATIONS } from './bulk/bulk-job.ts';
export { createEngine, type EngineOptions } from './create-engine.ts';
export type {
  AccessPlan,
  Admission,
  AggregateRequest,
  AggregateResult,
  AliasEntry,
  Arrival,
  BatchRequest,
  BatchResult,
  BinEntry,
  BinRequest,
  BinResult,
  ChangeFeed,
  ChangeRequest,
  Component,
  ComponentEntry,
  Context,
  ConversionPlan,
  Engine,
  FeedChange,
  FileDirectory,
  FileFacts,
  FirstAdministrator,
  FirstUser,
  Grantable,
  Grantables,
  GroupLabels,
  GroupRequest,
  IndexAdvice,
  IndexEntry,
  InputError,
  KeptValues,
  ListRequest,
  ListResult,
  MetadataLifecycle,
  NewUser,
  OpenConversion,
  OpenFile,
  OwnChange,
  PivotRequest,
  PivotResult,
  Plan,
  PlannedComponent,
  PresentedCause,
  PresentedHistory,
  PresentedRecord,
  RecordChange,
  RecordLifecycle,
  RelatedRecords,
  RelatedRequest,
  RevertedField,
  SearchHit,
  SecretDirectory,
  SystemContext,
  Team,
  TeamDirectory,
  User,
  UserAccount,
  UserChange,
  UserContext,
  UserDirectory,
} from './engine.ts';
export { EngineError, type EngineErrorCode, invalidCursor } from './errors.ts';
export type { CellKind, CellValue, ExportColumn } from './export/export-columns.ts';
export { guardText } from './export/formula-guard.ts';
export { writeXlsx } from './export/xlsx-writer.ts';
export type { FileSettings } from './file-directory.ts';
export type { ImportDesk, RefusedRow, RefusedRows, StoredFile } from './import/imports.ts';
export type { HeldFile, ImportPreview } from './import/preview.ts';
export { JobDelayed, JobFailed, type JobKind, type JobResult, type RunningJob } from './jobs/job-kind.ts';
export type { Job, JobLifecycle, JobRequest } from './jobs/job-lifecycle.ts';
export type { WorkerOptions, Workers } from './jobs/workers.ts';
export type { MissingPart, OwnView, OwnViewDesk, OwnViews } from './own-views/own-views.ts';
export type { EngineLog } from './parts.ts';
export { MAX_BATCH } from './record-lifecycle.ts';
export { RECORD_RIGHTS, type RecordRight } from './record-rights.ts';
export { createSecretBox, type SecretBox } from './secret-box.ts';
export type {
  DelegationDesk,
  PresentedDelegation,
  PresentedShare,
  RecordSharing,
  ShareDesk,
} from './sharing/sharing.ts';

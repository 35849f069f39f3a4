/** The front door of the storage room: the only one that knows pg and SQL. */
export { createStorage, type StorageOptions } from './create-storage.ts';
export { StorageError, type StorageErrorCode } from './errors.ts';
export type {
  Capabilities,
  ChangeOrigin,
  ChangeSet,
  ColumnState,
  DependentRecord,
  HistoryEntry,
  IdentityRow,
  IdentityStore,
  InsertRow,
  MembershipRow,
  MetadataStore,
  PromotedColumn,
  PublishRequest,
  RecordStore,
  Revision,
  SessionRow,
  Snapshot,
  Storage,
  StorageStep,
  StoredComponent,
  StoredMetadata,
  StoredRecord,
  TargetQuestion,
  Transaction,
  UpdateRow,
  Workspace,
  WorkspaceStore,
  WrittenRow,
} from './storage.ts';
export { SYSTEM_PRINCIPAL_ID } from './system-columns.ts';

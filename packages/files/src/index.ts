/** The front door of the files room: where the bytes of files lie, and what they are. */
export { cleanName } from './clean-name.ts';
export { detectType, HEAD_BYTES } from './detect-type.ts';
export { type ByteRange, FileMissing, type FileStore } from './file-store.ts';
export { createFolderStore } from './folder-store.ts';
export { FileTooLarge, type Received, receiveFile } from './receive.ts';
export { createS3Store, type S3Settings } from './s3-store.ts';

/**
 * What a file is, by its content: what its sender says of it is never believed. The name decides only between kinds
 * that are the same container, such as a table in CSV and any other plain text.
 */
import { fileTypeFromBuffer } from 'file-type';

/** As much of the beginning as is looked at: enough for the directory of an Office document. */
export const HEAD_BYTES = 65_536;

const UNKNOWN = 'application/octet-stream';

/** Kinds within one container, by the ending of the name. */
const WITHIN: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'application/zip': {
    docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    pptx: 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
    odt: 'application/vnd.oasis.opendocument.text',
    ods: 'application/vnd.oasis.opendocument.spreadsheet',
    odp: 'application/vnd.oasis.opendocument.presentation',
  },
  'application/x-cfb': {
    doc: 'application/msword',
    xls: 'application/vnd.ms-excel',
    ppt: 'application/vnd.ms-powerpoint',
    msg: 'application/vnd.ms-outlook',
  },
  'text/plain': {
    csv: 'text/csv',
    tsv: 'text/tab-separated-values',
    md: 'text/markdown',
    json: 'application/json',
    ics: 'text/calendar',
    vcf: 'text/vcard',
    eml: 'message/rfc822',
  },
};

/** Media type of a file, from the first `HEAD_BYTES` of its content and its name. */
export async function detectType(head: Uint8Array, name: string): Promise<string> {
  const detected = (await fileTypeFromBuffer(head).catch(() => undefined))?.mime;
  // Of XML there are kinds: a drawing may hold scripts.
  const found = detected === undefined || detected === 'application/xml' ? textType(head) : detected;
  const ending = /\.([a-z0-9]{1,10})$/i.exec(name)?.[1]?.toLowerCase() ?? '';
  return WITHIN[found]?.[ending] ?? found;
}

/** Text is what decodes as UTF-8 and has no control characters but those of lines; markup is told from it. */
function textType(head: Uint8Array): string {
  let text: string;
  try {
    // A character may be cut in two at the end of what is looked at.
    text = new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
  } catch {
    return UNKNOWN;
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\u0000-\u0008\u000e-\u001a\u001c-\u001f]/.test(text)) return UNKNOWN;
  const start = text.replace(/^\uFEFF?\s*/, '').toLowerCase();
  if (/<svg[\s>]/.test(start) && start.startsWith('<')) return 'image/svg+xml';
  if (/^<(!doctype html|html|head|body|script)[\s>]/.test(start)) return 'text/html';
  return start.startsWith('<?xml') ? 'application/xml' : 'text/plain';
}

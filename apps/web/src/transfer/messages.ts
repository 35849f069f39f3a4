/** The namespace of messages about imports and jobs. */
import { useTranslation } from 'react-i18next';
import { addMessages } from '../i18n.ts';

const en = {
  import: {
    title: 'Import {{objects}}',
    choose: 'Choose a file',
    chooseAnother: 'Choose another file',
    drop: 'or drop it here',
    kinds: 'CSV, Excel (XLSX), or one JSON object per line. Encoding, delimiter and header are found out.',
    reading: 'Reading the file…',
    columns: 'Columns',
    column: 'Column of the file',
    field: 'Goes into',
    leaveOut: 'Leave out',
    fieldFor: 'Field for {{column}}',
    matchFor: 'How {{column}} finds its record',
    objectFor: 'Which object {{column}} points to',
    byId: 'by its id',
    by: 'by {{field}}',
    empty: 'empty',
    options: 'What to do',
    operation: 'With each row',
    create: 'Create a new record',
    update: 'Change the record that it names',
    upsert: 'Change the record that it names, or create it',
    key: 'Records are recognised by',
    keyId: 'Id',
    noKey: 'No unique field goes with this: mark one as unique under Set up, or create records.',
    blank: 'An empty cell',
    blankKeep: 'leaves the field as it is',
    blankClear: 'empties the field',
    decimalComma: 'Numbers are written 1.234,56',
    try: 'Try it',
    tryHint: '“Try it” checks every row and writes nothing.',
    run: 'Import',
    required: 'Required and not in the file: {{fields}}. Rows will be refused unless there is a default.',
    back: 'Back to {{objects}}',
    again: 'Import another file',
    leave: 'You can leave this page: the import goes on, and is found again under Activity.',
    noRight: 'You may not import {{objects}}',
    noRightText: 'Ask an administrator for the right to import.',
  },
  export: {
    title: 'Export {{objects}}',
    what: 'The records of this list, with its filter, search and order.',
    format: 'Kind of file',
    xlsx: 'Excel (XLSX)',
    xlsxHint: 'Numbers, dates and checkboxes as such.',
    csv: 'CSV',
    csvHint:
      'For any program. Texts that look like formulas get an apostrophe, which an import takes off again.',
    ndjson: 'NDJSON',
    ndjsonHint: 'One JSON object per line, for programs.',
    fields: 'Fields',
    columns: 'The columns of this list',
    all: 'All fields that you may read',
    id: 'With the id, by which an import recognises the records',
    cancel: 'Cancel',
    run: 'Export',
  },
  job: {
    state: {
      queued: 'Waiting',
      running: 'Running',
      paused: 'Paused',
      done: 'Done',
      failed: 'Failed',
      cancelled: 'Cancelled',
    },
    tried: 'Tried: nothing was written',
    importOf: 'Import of {{file}}',
    tryOf: 'Trial of {{file}}',
    progress: 'Progress',
    rows: '{{done}} of {{total}} rows',
    rowsOnly: '{{done}} rows',
    created: 'Created',
    updated: 'Changed',
    unchanged: 'Unchanged',
    failed: 'Refused',
    wouldCreate: 'Would be created',
    wouldUpdate: 'Would be changed',
    wouldUnchange: 'Would stay as they are',
    wouldFail: 'Would be refused',
    firstErrors: 'What was wrong',
    line: 'Line {{line}}',
    moreErrors: 'The first {{shown}} of {{total}}; all of them are in the file.',
    download: 'Download refused rows',
    pause: 'Pause',
    resume: 'Go on',
    cancel: 'Cancel',
    stopping: 'Stops after its present step…',
    toList: 'Show {{objects}}',
    skipped: 'Left out: {{columns}}',
  },
};

declare module '../i18n.ts' {
  interface MessageCatalogues {
    transfer: typeof en;
  }
}

addMessages('transfer', 'en', en);

export function useMessages() {
  return useTranslation('transfer').t;
}

/** Deals as a CSV file, as somebody would bring them from elsewhere. */
import { DEAL_FIELDS } from './hand/fields.ts';
import { createRandom } from './statistics.ts';

const COLUMNS = [
  'name',
  'stage',
  'amount',
  'close_date',
  'next_step',
  'priority',
  'probability',
  'external_id',
];

export function dealFile(rows: number): string {
  const random = createRandom(29);
  const stamp = Date.now().toString(36);
  const known = new Set(DEAL_FIELDS.map(({ name }) => name));
  const missing = COLUMNS.filter((column) => !known.has(column));
  if (missing.length > 0) throw new Error(`Deals have no ${missing.join(', ')}.`);
  const lines = [COLUMNS.join(',')];
  for (let row = 0; row < rows; row++) {
    const day = String(1 + Math.floor(random() * 28)).padStart(2, '0');
    const month = String(1 + Math.floor(random() * 12)).padStart(2, '0');
    lines.push(
      [
        `Imported deal ${row}`,
        'prospecting',
        (random() * 100_000).toFixed(2),
        `2027-${month}-${day}`,
        `"Call back, number ${row}"`,
        'normal',
        String(Math.floor(random() * 100)),
        `import-${stamp}-${row}`,
      ].join(','),
    );
  }
  return `${lines.join('\r\n')}\r\n`;
}

/**
 * The fields of a deal as somebody would write them down who knows them in advance: name, type, order. The tables,
 * the statements and the response of the hand-written service come from this list; it is compared with what
 * Trellis answers before anything is measured.
 */
export type HandType = 'text' | 'uuid' | 'numeric' | 'integer' | 'date' | 'timestamptz';

export interface HandField {
  readonly name: string;
  readonly type: HandType;
  readonly isRequired?: true;
  /** Longest text that is taken. */
  readonly maxLength?: number;
  readonly options?: readonly string[];
  readonly references?: string;
}

/** Options of a stage that a seeded or created deal may have. */
export const STAGES = [
  'prospecting',
  'qualification',
  'needs_analysis',
  'proposal',
  'negotiation',
  'closed_won',
  'closed_lost',
] as const;

/** What a client may write, besides `owner_id` and `record_type`. */
export const DEAL_FIELDS: readonly HandField[] = [
  { name: 'account', type: 'uuid', references: 'account' },
  { name: 'amount', type: 'numeric' },
  { name: 'campaign', type: 'uuid' },
  { name: 'carrier', type: 'text', maxLength: 100 },
  { name: 'close_date', type: 'date' },
  { name: 'competitor', type: 'uuid', references: 'account' },
  { name: 'contract_end', type: 'date' },
  { name: 'contract_start', type: 'date' },
  { name: 'delivered_on', type: 'date' },
  { name: 'delivery_due', type: 'date' },
  { name: 'description', type: 'text', maxLength: 131_072 },
  { name: 'external_id', type: 'text', maxLength: 100 },
  {
    name: 'forecast_category',
    type: 'text',
    options: ['omitted', 'pipeline', 'best_case', 'commit', 'closed'],
  },
  { name: 'lead_source', type: 'text', maxLength: 100 },
  { name: 'loss_details', type: 'text', maxLength: 8_000 },
  { name: 'loss_reason', type: 'text', maxLength: 100 },
  { name: 'name', type: 'text', isRequired: true, maxLength: 255 },
  { name: 'next_step', type: 'text', maxLength: 255 },
  { name: 'next_step_on', type: 'date' },
  { name: 'order_number', type: 'text', maxLength: 50 },
  { name: 'ordered_on', type: 'date' },
  { name: 'partner_account', type: 'uuid', references: 'account' },
  { name: 'partner_commission', type: 'numeric' },
  { name: 'price_book', type: 'uuid' },
  { name: 'primary_contact', type: 'uuid' },
  { name: 'priority', type: 'text', maxLength: 100 },
  { name: 'probability', type: 'numeric' },
  { name: 'recurring_amount', type: 'numeric' },
  { name: 'renewal_of', type: 'uuid', references: 'deal' },
  { name: 'sales_engineer', type: 'uuid', references: 'person' },
  { name: 'stage', type: 'text', isRequired: true, options: STAGES },
  { name: 'term_months', type: 'integer' },
  { name: 'type', type: 'text', maxLength: 100 },
];

/** What the database works out for a deal, as a formula of the standard CRM does. */
export const COMPUTED_FIELDS: readonly (HandField & { readonly expression: string })[] = [
  { name: 'expected_amount', type: 'numeric', expression: 'round(amount * probability / 100, 2)' },
];

/** What every record has. */
export const SYSTEM_FIELDS: readonly HandField[] = [
  { name: 'id', type: 'uuid', isRequired: true },
  { name: 'owner_id', type: 'uuid', isRequired: true },
  { name: 'record_type', type: 'text' },
  { name: 'created_at', type: 'timestamptz', isRequired: true },
  { name: 'created_by', type: 'uuid', isRequired: true },
  { name: 'updated_at', type: 'timestamptz', isRequired: true },
  { name: 'updated_by', type: 'uuid', isRequired: true },
  { name: 'version', type: 'integer', isRequired: true },
];

export const ALL_FIELDS: readonly HandField[] = [...SYSTEM_FIELDS, ...DEAL_FIELDS, ...COMPUTED_FIELDS];

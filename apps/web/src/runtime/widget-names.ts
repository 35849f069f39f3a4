/**
 * The names that a field type gives to the way its values are shown and edited (`FieldType.widget`). The cells and
 * the inputs are each complete over this list, and a test holds the list against the model's live types.
 */
export const WIDGET_NAMES = [
  'text',
  'long_text',
  'rich_text',
  'markdown',
  'code',
  'person_name',
  'email',
  'emails',
  'phone',
  'phones',
  'url',
  'address',
  'geolocation',
  'color',
  'json',
  'integer',
  'decimal',
  'currency',
  'percent',
  'rating',
  'boolean',
  'date',
  'datetime',
  'date_range',
  'time',
  'duration',
  'select',
  'status',
  'multi_select',
  'tags',
  'lookup',
  'multi_lookup',
  'user',
  'file',
  'files',
  'image',
  'secret',
  'auto_number',
] as const;

export type WidgetName = (typeof WIDGET_NAMES)[number];

/** Widgets of several lines, where Enter begins a new one and only Ctrl+Enter saves. */
export const MULTILINE_WIDGETS: ReadonlySet<string> = new Set([
  'long_text',
  'rich_text',
  'markdown',
  'code',
  'json',
  'address',
]);

/** The widget of a field; a name from a newer server is shown as text rather than not at all. */
export function widgetOf(field: { readonly widget: string }): WidgetName {
  return (WIDGET_NAMES as readonly string[]).includes(field.widget) ? (field.widget as WidgetName) : 'text';
}

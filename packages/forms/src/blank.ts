/** Blank: no value, empty text or an empty list. An unticked checkbox and zero are values. */
export function isBlank(value: unknown): boolean {
  return (
    value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)
  );
}

/** A part of the driver that its types leave out. */
declare module 'pg/lib/utils.js' {
  const utils: {
    /** The form in which a value is sent. */
    prepareValue(value: unknown): string | Buffer | null;
  };
  export default utils;
}

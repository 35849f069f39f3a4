/** The engine of patterns in a file of its own, so that only forms with a pattern load it. */
export { compilePattern } from '@trellis/model';

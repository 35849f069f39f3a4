/** The front door of the rules room: expressions on a record in memory, in browser and server alike. */
export type { NoAnswer, RuleScope, Values } from './compile-value.ts';
export { evaluate, holds } from './evaluate.ts';

/** `pg`, as a namespace: it is a CommonJS module. */
export { default as pg } from 'pg';

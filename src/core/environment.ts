/** A process's environment variables, which only programs read themselves. */
export type Environment = Readonly<Record<string, string | undefined>>;

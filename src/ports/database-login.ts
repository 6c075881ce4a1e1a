/** Where the database's password is, when its address has none. */
export interface DatabaseLogin {
  /** The path of a file that holds it, read for each new connection. */
  readonly passwordFile: string | null;
  /** It is a token that the process makes of its AWS credentials, for each new connection. */
  readonly iam: boolean;
}

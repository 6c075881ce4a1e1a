/** Why nothing was moved: what an operator has to change first, in one line. */
export class MoveRefused extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'MoveRefused';
  }
}

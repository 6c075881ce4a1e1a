/** The task of whose checkpoint the traces have come so far: the id of an entry of the history. */
export const traceMark = 'send-traces:mark';

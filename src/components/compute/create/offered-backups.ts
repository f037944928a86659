/** Which backups a new VM can be made from: the newest, as many as a list gives at once. */
export const OFFERED_BACKUPS = { limit: 100 };

/** A Next application with one route handler, to compare with. */
export default { poweredByHeader: false };

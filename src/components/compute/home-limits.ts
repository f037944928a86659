/** How many the overview shows, and its page prefetches. Apart from the client components: a server page can't read their values. */
export const HOME_VMS = 8;
export const RECENT_OPERATIONS = 8;

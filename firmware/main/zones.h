#pragma once

/* An IANA time zone as the C library wants it (POSIX TZ). The firmware knows some; NULL: not this one. */
const char *zones_posix(const char *iana);

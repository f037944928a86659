#ifndef SY_CLOCK_H
#define SY_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/*
 * What time it is for the server, by a clock that only counts up from the start of the device. The server says its time in the claim's answer and in each command; these
 * may have been under way for a while, so the server's time is never earlier than they say: the latest word counts.
 */
typedef struct {
    bool known;
    int64_t offset_ms; /* to add to the device's milliseconds */
} sy_clock;

/* The server said that it was this time when it sent something. */
void sy_clock_heard(sy_clock *clock, int64_t server_time, int64_t device_ms);

/* It is this time now (SNTP): it counts, even when the device took it to be later. */
void sy_clock_set(sy_clock *clock, int64_t server_time, int64_t device_ms);

/* Unix milliseconds; -1: not known. */
int64_t sy_clock_now(const sy_clock *clock, int64_t device_ms);

#endif

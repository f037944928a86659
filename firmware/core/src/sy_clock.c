#include "sy_clock.h"

void sy_clock_heard(sy_clock *clock, int64_t server_time, int64_t device_ms) {
    int64_t offset = server_time - device_ms;
    if (!clock->known || offset > clock->offset_ms) clock->offset_ms = offset;
    clock->known = true;
}

void sy_clock_set(sy_clock *clock, int64_t server_time, int64_t device_ms) {
    clock->known = true;
    clock->offset_ms = server_time - device_ms;
}

int64_t sy_clock_now(const sy_clock *clock, int64_t device_ms) { return clock->known ? device_ms + clock->offset_ms : -1; }

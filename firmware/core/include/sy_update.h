#ifndef SY_UPDATE_H
#define SY_UPDATE_H

#include "sy_messages.h"

/* Decisions about firmware over the air. Downloading and writing are the device's. */

typedef enum {
    SY_UPDATE_REPEAT,  /* the job has ended: say how, once more */
    SY_UPDATE_ALREADY, /* this version runs: it has succeeded */
    SY_UPDATE_WAIT,    /* not in its window, or something is being dispensed */
    SY_UPDATE_START
} sy_update_verdict;

typedef struct {
    char job[SY_ID_LENGTH + 1]; /* "": none yet */
    bool failed;                /* may be tried again; succeeded and rolled back are over */
} sy_last_update;

/* `minute`: of the local day; negative: the time is not known, and a window is never open. */
sy_update_verdict sy_update_decide(const sy_ota *ota, const sy_last_update *last, const char *running_version, int minute, bool dispensing);

/* Whether the window is open; `to` before `from` goes over midnight. */
bool sy_window_open(int32_t from, int32_t to, int minute);

/* Whether what was signed is what this job offers. NULL: it is; else why not. The signature itself is checked by the device's cryptography. */
const char *sy_manifest_problem(const sy_ota *ota);

/* Whether an application image, by its first 288 bytes, is of this version: esp_image_header_t, then esp_app_desc_t. */
bool sy_image_is(const uint8_t *head, size_t length, const char *version);

/* `state`: accepted, deferred, downloading, verifying, installing, succeeded, failed, rolled_back. `percent` negative, `error` NULL: none. */
size_t sy_write_ota_state(char *buffer, size_t capacity, sy_envelope *envelope, int64_t ts, const char *job, const char *state, int percent, const char *error);

#endif

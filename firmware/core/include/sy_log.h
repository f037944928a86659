#ifndef SY_LOG_H
#define SY_LOG_H

#include "sy_messages.h"
#include "sy_store.h"

/*
 * What the device remembers of commands: the last 32, each under a key of its own, so that a command costs little flash. A dispense that falls out of this memory leaves its
 * expiry behind: an unknown one that expires no later may be the same, and is refused. So a motor turns at most once for an id, whatever comes and whatever the clock says.
 */
#define SY_REMEMBERED 32
#define SY_CODE_LENGTH 23

typedef enum { SY_PHASE_FREE, SY_PHASE_STARTED, SY_PHASE_DONE, SY_PHASE_FAILED } sy_phase;

typedef struct {
    char id[SY_ID_LENGTH + 1];
    uint8_t type;  /* sy_command_type */
    uint8_t phase; /* sy_phase */
    bool reported; /* the broker has its result */
    bool settled;  /* the stock was written with it */
    char slot[SY_SLOT_LENGTH + 1];
    char order[SY_ID_LENGTH + 1];
    char code[SY_CODE_LENGTH + 1]; /* of a failure */
    int32_t left;                  /* in the slot after a dispense */
    int64_t exp;
    uint64_t number; /* counts up: the smallest is the oldest */
} sy_remembered;

typedef struct {
    sy_store store;
    sy_remembered entries[SY_REMEMBERED];
    uint64_t next_number;
    int64_t forgotten_until;
} sy_log;

/* Reads what an earlier run left. */
void sy_log_open(sy_log *log, sy_store store);

sy_remembered *sy_log_find(sy_log *log, const char *id);

/* Whether a dispense, though unknown, may be one that was carried out and forgotten. */
bool sy_log_may_be_forgotten(const sy_log *log, const sy_command *command);

/* Remembers a command; it is on the flash when this returns. NULL: it could not be written, so it must not be begun. */
sy_remembered *sy_log_add(sy_log *log, const sy_command *command, sy_phase phase, const char *code);

/* Writes an entry that was changed. */
bool sy_log_save(sy_log *log, const sy_remembered *entry);

#endif

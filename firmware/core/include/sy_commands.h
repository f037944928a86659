#ifndef SY_COMMANDS_H
#define SY_COMMANDS_H

#include "sy_clock.h"
#include "sy_log.h"

/* Decides what is done about a command, and remembers how it ended. Knows no network and no motor. */

#define SY_LONGEST_EXPIRY_MS 600000

typedef struct {
    sy_log log;
    sy_clock clock;
    const sy_config *config;
    uint16_t stock[SY_MAX_SLOTS]; /* by the slot's place in the configuration */
    int32_t filled[SY_MAX_SLOTS]; /* the same; the sum of fillings that the count is at */
    bool busy;                    /* a motor turns, or firmware is being written */
} sy_commands;

typedef enum {
    SY_SAY,   /* send the acknowledgement of `entry`, nothing else */
    SY_BEGIN, /* it is stored as started: acknowledge it as accepted, carry it out, then sy_commands_finish */
    SY_QUERY  /* send the acknowledgement of `entry` if there is one, and the answer by sy_write_query_answer */
} sy_verdict;

typedef struct {
    sy_verdict verdict;
    sy_remembered *entry; /* NULL: of a query, nothing is known; of SY_SAY, say `code` */
    const char *code;     /* a refusal that could not be, or need not be, remembered */
    bool was_late;        /* refused for its time: the clock may be wrong, so ask for it */
} sy_answer;

/* At the start, after the log was opened: writes stock that belongs to a result, and ends what the power took away. A rotation goes on when `rotating`. */
void sy_commands_recover(sy_commands *commands, bool rotating);

/* Takes a command that came at `device_ms`. */
sy_answer sy_commands_take(sy_commands *commands, const sy_command *command, int64_t device_ms);

/* Stores how a command ended. `code` of NULL: it is done. A dispense that is done takes one from its slot, with the same result after any power cut. */
void sy_commands_finish(sy_commands *commands, sy_remembered *entry, const char *code);

/* The next result that the broker may not have, from place `*at`, which is moved on; NULL: no more. */
sy_remembered *sy_commands_unreported(sy_commands *commands, size_t *at);

/* The broker has it. */
void sy_commands_reported(sy_commands *commands, sy_remembered *entry);

/* The acknowledgement of a command as it stands. The length; 0: it did not fit. */
size_t sy_write_ack(char *buffer, size_t capacity, sy_envelope *envelope, int64_t ts, const sy_remembered *entry);
size_t sy_write_refusal(char *buffer, size_t capacity, sy_envelope *envelope, int64_t ts, const char *id, const char *code);
size_t sy_write_query_answer(char *buffer, size_t capacity, sy_envelope *envelope, int64_t ts, const char *id, const sy_remembered *asked);

/* Counts by slot, as they are kept on the flash and reported. */
bool sy_stock_load(sy_commands *commands);
bool sy_stock_save(sy_commands *commands);
int sy_stock_place(const sy_commands *commands, const char *slot);

/* Adds to the counts what people put in or took out since, as the configuration says. Counts and sums are written as one: after a power cut nothing is added twice. */
bool sy_stock_follow(sy_commands *commands);

#endif

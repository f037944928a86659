#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "sy_update.h"

/*
 * Firmware over the air. A job is stored before anything else and gone on with after a power cut. The download runs in a task of its own; the machine's task asks here how it stands,
 * and says it to the server.
 */

typedef struct {
    char job[SY_ID_LENGTH + 1];
    char state[12]; /* as the contract has it; "": nothing new */
    int percent;    /* negative: none */
    char error[64]; /* "": none */
    bool restart;   /* the new firmware is ready: say so, and restart */
} updates_news;

/* At the start: what became of the last one, and a job that the power interrupted. `firmware_key`: Ed25519, base64. */
void updates_open(const char *firmware_key);

/* A message on `ota`. */
void updates_take(const char *payload, size_t length);

/* To be called often. `minute` of the local day, negative: not known. True: there are news. */
bool updates_step(int minute, bool dispensing, updates_news *news);

/* Whether the new firmware is about to start: nothing is begun then. */
bool updates_installing(void);

/* The device is online: firmware that is on trial stays. */
void updates_confirm(void);

/* Whether this firmware is on trial. */
bool updates_on_trial(void);

#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "sy_messages.h"

/* The connection to the broker. What comes from it is put into a queue, for the machine's task alone: nothing of the machine runs in the client's own task. */

typedef enum { LINK_CONNECTED, LINK_LOST, LINK_REFUSED, LINK_COMMAND, LINK_CONFIG, LINK_UPDATE, LINK_TAKEN } link_kind;

typedef struct {
    link_kind kind;
    int id;       /* LINK_TAKEN: of the message that the broker has */
    char *data;   /* of a message; whoever takes it out of the queue frees it */
    size_t length;
} link_event;

void link_open(const sy_claim *claim, sy_envelope *envelope);

/* Begins a connection with this password, with a session and so a will of its own. `session` is filled. */
void link_connect(const sy_claim *claim, const char *password, char session[20]);

/* The next event, or false after so many milliseconds. */
bool link_next(link_event *event, unsigned wait_ms);

/* Sends at QoS 1; the id by which LINK_TAKEN names it, negative: not sent. `topic`: its last part. */
int link_send(const char *topic, const char *text, size_t length, bool retain);

void link_close(void);

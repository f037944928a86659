#include "sy_log.h"

#include <stdio.h>
#include <string.h>

/* Raised when the layout of sy_remembered changes: entries of another one are not read. */
#define LAYOUT 1

typedef struct {
    uint32_t layout;
    uint32_t sum;
    sy_remembered entry;
} stored_entry;

static void key_of(size_t index, char key[8]) { snprintf(key, 8, "cmd%02u", (unsigned)(index % SY_REMEMBERED)); }

/* FNV-1a. NVS has checksums of its own; this one tells an entry from something else under its key. */
static uint32_t sum_of(const sy_remembered *entry) {
    const unsigned char *bytes = (const unsigned char *)entry;
    uint32_t sum = 2166136261u;
    for (size_t i = 0; i < sizeof *entry; i++) sum = (sum ^ bytes[i]) * 16777619u;
    return sum;
}

void sy_log_open(sy_log *log, sy_store store) {
    memset(log, 0, sizeof *log);
    log->store = store;
    log->next_number = 1;
    size_t length = sizeof log->forgotten_until;
    if (!store.read(store.context, "cmd_forgot", &log->forgotten_until, &length) || length != sizeof log->forgotten_until) log->forgotten_until = 0;
    for (size_t i = 0; i < SY_REMEMBERED; i++) {
        char key[8];
        stored_entry stored;
        key_of(i, key);
        length = sizeof stored;
        if (!store.read(store.context, key, &stored, &length)) continue;
        if (length != sizeof stored || stored.layout != LAYOUT || stored.sum != sum_of(&stored.entry)) continue;
        log->entries[i] = stored.entry;
        if (stored.entry.number >= log->next_number) log->next_number = stored.entry.number + 1;
    }
}

sy_remembered *sy_log_find(sy_log *log, const char *id) {
    for (size_t i = 0; i < SY_REMEMBERED; i++)
        if (log->entries[i].phase != SY_PHASE_FREE && strcmp(log->entries[i].id, id) == 0) return &log->entries[i];
    return NULL;
}

bool sy_log_may_be_forgotten(const sy_log *log, const sy_command *command) { return command->type == SY_COMMAND_DISPENSE && command->exp <= log->forgotten_until; }

/* A free place, else the oldest that has ended. */
static sy_remembered *place_for_another(sy_log *log) {
    sy_remembered *place = NULL;
    for (size_t i = 0; i < SY_REMEMBERED; i++) {
        sy_remembered *entry = &log->entries[i];
        if (entry->phase == SY_PHASE_FREE) return entry;
        if (entry->phase != SY_PHASE_STARTED && (!place || entry->number < place->number)) place = entry;
    }
    return place;
}

bool sy_log_save(sy_log *log, const sy_remembered *entry) {
    char key[8];
    stored_entry stored;
    memset(&stored, 0, sizeof stored);
    stored.layout = LAYOUT;
    stored.entry = *entry;
    stored.sum = sum_of(&stored.entry);
    key_of((size_t)(entry - log->entries), key);
    return log->store.write(log->store.context, key, &stored, sizeof stored);
}

sy_remembered *sy_log_add(sy_log *log, const sy_command *command, sy_phase phase, const char *code) {
    sy_remembered *place = place_for_another(log);
    if (!place) return NULL;
    if (place->phase != SY_PHASE_FREE && place->type == SY_COMMAND_DISPENSE && place->exp > log->forgotten_until) {
        /* First what is left behind, then the place: a power cut in between forgets nothing. */
        if (!log->store.write(log->store.context, "cmd_forgot", &place->exp, sizeof place->exp)) return NULL;
        log->forgotten_until = place->exp;
    }
    sy_remembered before = *place;
    memset(place, 0, sizeof *place);
    snprintf(place->id, sizeof place->id, "%s", command->id);
    place->type = (uint8_t)command->type;
    place->phase = (uint8_t)phase;
    place->exp = command->exp;
    place->number = log->next_number++;
    if (command->type == SY_COMMAND_DISPENSE) {
        snprintf(place->slot, sizeof place->slot, "%s", command->slot);
        snprintf(place->order, sizeof place->order, "%s", command->order);
    }
    if (code) snprintf(place->code, sizeof place->code, "%s", code);
    if (sy_log_save(log, place)) return place;
    *place = before;
    return NULL;
}

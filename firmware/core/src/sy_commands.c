#include "sy_commands.h"

#include <string.h>

int sy_stock_place(const sy_commands *commands, const char *slot) {
    const sy_slot *found = sy_config_slot(commands->config, slot);
    return found ? (int)(found - commands->config->slots) : -1;
}

typedef struct {
    char slot[SY_SLOT_LENGTH + 1];
    uint16_t count;
    int32_t filled;
} stored_count;

static stored_count counts[SY_MAX_SLOTS];

bool sy_stock_load(sy_commands *commands) {
    size_t length = sizeof counts;
    memset(commands->stock, 0, sizeof commands->stock);
    memset(commands->filled, 0, sizeof commands->filled);
    if (!commands->log.store.read(commands->log.store.context, "counts", counts, &length)) return false;
    for (size_t i = 0; i < length / sizeof counts[0]; i++) {
        counts[i].slot[SY_SLOT_LENGTH] = '\0';
        int place = sy_stock_place(commands, counts[i].slot);
        if (place < 0) continue;
        commands->stock[place] = counts[i].count;
        commands->filled[place] = counts[i].filled;
    }
    return true;
}

bool sy_stock_save(sy_commands *commands) {
    memset(counts, 0, sizeof counts);
    for (uint16_t i = 0; i < commands->config->slot_count; i++) {
        memcpy(counts[i].slot, commands->config->slots[i].slot, sizeof counts[i].slot);
        counts[i].count = commands->stock[i];
        counts[i].filled = commands->filled[i];
    }
    return commands->log.store.write(commands->log.store.context, "counts", counts, commands->config->slot_count * sizeof counts[0]);
}

bool sy_stock_follow(sy_commands *commands) {
    bool differs = false;
    for (uint16_t i = 0; i < commands->config->slot_count; i++) {
        const sy_slot *slot = &commands->config->slots[i];
        if (slot->filled == commands->filled[i]) continue;
        int64_t count = (int64_t)commands->stock[i] + slot->filled - commands->filled[i];
        commands->stock[i] = (uint16_t)(count < 0 ? 0 : count > slot->capacity ? slot->capacity : count);
        commands->filled[i] = slot->filled;
        differs = true;
    }
    return !differs || sy_stock_save(commands);
}

static void settle(sy_commands *commands, sy_remembered *entry) {
    int place = sy_stock_place(commands, entry->slot);
    if (place >= 0) {
        commands->stock[place] = (uint16_t)entry->left;
        if (!sy_stock_save(commands)) return;
    }
    entry->settled = true;
    sy_log_save(&commands->log, entry);
}

static void end(sy_commands *commands, sy_remembered *entry, const char *code) {
    entry->phase = code ? SY_PHASE_FAILED : SY_PHASE_DONE;
    memset(entry->code, 0, sizeof entry->code);
    if (code) strncpy(entry->code, code, SY_CODE_LENGTH);
    sy_log_save(&commands->log, entry);
}

void sy_commands_recover(sy_commands *commands, bool rotating) {
    /* In the order of their ends: of two dispenses from one slot the later count stays. */
    for (uint64_t number = 1; number < commands->log.next_number; number++) {
        sy_remembered *entry = NULL;
        for (size_t i = 0; i < SY_REMEMBERED; i++)
            if (commands->log.entries[i].phase != SY_PHASE_FREE && commands->log.entries[i].number >= number && (!entry || commands->log.entries[i].number < entry->number)) entry = &commands->log.entries[i];
        if (!entry) return;
        number = entry->number;
        if (entry->phase == SY_PHASE_DONE && entry->type == SY_COMMAND_DISPENSE && !entry->settled) settle(commands, entry);
        if (entry->phase != SY_PHASE_STARTED || (entry->type == SY_COMMAND_ROTATE && rotating)) continue;
        /* A reboot has ended by this very start. */
        end(commands, entry, entry->type == SY_COMMAND_REBOOT ? NULL : "INTERRUPTED");
    }
}

static const char *refusal_of(sy_commands *commands, const sy_command *command, int64_t device_ms, bool *was_late) {
    if (sy_log_may_be_forgotten(&commands->log, command)) return "EXPIRED";
    if (sy_clock_now(&commands->clock, device_ms) > command->exp) {
        *was_late = true;
        return "EXPIRED";
    }
    if (command->type == SY_COMMAND_UNKNOWN) return "UNKNOWN_TYPE";
    if (!command->args_fit) return "FAILED";
    if (commands->busy && command->type != SY_COMMAND_IDENTIFY) return "BUSY";
    if (command->type != SY_COMMAND_DISPENSE) return NULL;
    if (command->exp - command->ts > SY_LONGEST_EXPIRY_MS) return "FAILED";
    int place = sy_stock_place(commands, command->slot);
    if (place < 0) return "UNKNOWN_SLOT";
    if (!commands->config->slots[place].enabled) return "DISABLED";
    return commands->stock[place] == 0 ? "EMPTY" : NULL;
}

sy_answer sy_commands_take(sy_commands *commands, const sy_command *command, int64_t device_ms) {
    sy_clock_heard(&commands->clock, command->ts, device_ms);
    if (command->type == SY_COMMAND_QUERY) return (sy_answer){.verdict = SY_QUERY, .entry = command->args_fit ? sy_log_find(&commands->log, command->asked) : NULL};
    sy_remembered *known = sy_log_find(&commands->log, command->id);
    if (known) return (sy_answer){.verdict = SY_SAY, .entry = known};
    bool was_late = false;
    const char *code = refusal_of(commands, command, device_ms, &was_late);
    sy_remembered *entry = sy_log_add(&commands->log, command, code ? SY_PHASE_FAILED : SY_PHASE_STARTED, code);
    /* What cannot be remembered is not begun. */
    if (!entry) return (sy_answer){.verdict = SY_SAY, .code = code ? code : "FAILED", .was_late = was_late};
    return (sy_answer){.verdict = code ? SY_SAY : SY_BEGIN, .entry = entry, .was_late = was_late};
}

void sy_commands_finish(sy_commands *commands, sy_remembered *entry, const char *code) {
    bool dispensed = entry->type == SY_COMMAND_DISPENSE && !code;
    if (dispensed) {
        int place = sy_stock_place(commands, entry->slot);
        entry->left = place >= 0 && commands->stock[place] > 0 ? commands->stock[place] - 1 : 0;
    }
    /* First the result with the count, then the count: a power cut in between is made good by sy_commands_recover. */
    end(commands, entry, code);
    if (dispensed) settle(commands, entry);
}

sy_remembered *sy_commands_unreported(sy_commands *commands, size_t *at) {
    for (; *at < SY_REMEMBERED; (*at)++) {
        sy_remembered *entry = &commands->log.entries[*at];
        if (entry->phase < SY_PHASE_DONE || entry->reported) continue;
        (*at)++;
        return entry;
    }
    return NULL;
}

void sy_commands_reported(sy_commands *commands, sy_remembered *entry) {
    if (entry->phase < SY_PHASE_DONE || entry->reported) return;
    entry->reported = true;
    sy_log_save(&commands->log, entry);
}

static const char *phase_name(const sy_remembered *entry) { return entry->phase == SY_PHASE_STARTED ? "accepted" : entry->phase == SY_PHASE_DONE ? "done" : "failed"; }

size_t sy_write_ack(char *buffer, size_t capacity, sy_envelope *envelope, int64_t ts, const sy_remembered *entry) {
    sy_write w;
    sy_message_begin(&w, buffer, capacity, envelope, ts);
    sy_write_string(&w, "id", entry->id);
    sy_write_string(&w, "phase", phase_name(entry));
    if (entry->phase == SY_PHASE_FAILED) sy_write_string(&w, "code", entry->code);
    if (entry->phase != SY_PHASE_STARTED && entry->type == SY_COMMAND_DISPENSE && entry->slot[0] != '\0') {
        sy_write_object(&w, "data");
        sy_write_string(&w, "slot", entry->slot);
        sy_write_string(&w, "order", entry->order);
        if (entry->phase == SY_PHASE_DONE) sy_write_integer(&w, "left", entry->left);
        sy_write_object_end(&w);
    }
    return sy_message_end(&w);
}

size_t sy_write_refusal(char *buffer, size_t capacity, sy_envelope *envelope, int64_t ts, const char *id, const char *code) {
    sy_write w;
    sy_message_begin(&w, buffer, capacity, envelope, ts);
    sy_write_string(&w, "id", id);
    sy_write_string(&w, "phase", "failed");
    sy_write_string(&w, "code", code);
    return sy_message_end(&w);
}

size_t sy_write_query_answer(char *buffer, size_t capacity, sy_envelope *envelope, int64_t ts, const char *id, const sy_remembered *asked) {
    if (!asked) return sy_write_refusal(buffer, capacity, envelope, ts, id, "UNKNOWN_ID");
    sy_write w;
    sy_message_begin(&w, buffer, capacity, envelope, ts);
    sy_write_string(&w, "id", id);
    sy_write_string(&w, "phase", "done");
    sy_write_object(&w, "data");
    sy_write_string(&w, "id", asked->id);
    sy_write_string(&w, "phase", phase_name(asked));
    if (asked->phase == SY_PHASE_FAILED) sy_write_string(&w, "code", asked->code);
    sy_write_object_end(&w);
    return sy_message_end(&w);
}

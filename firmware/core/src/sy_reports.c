#include "sy_reports.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

size_t sy_write_status(char *buffer, size_t capacity, sy_envelope *envelope, int64_t ts, const char *session, bool online, bool clean, const char *firmware, const char *ip, int rssi) {
    sy_write w;
    sy_message_begin(&w, buffer, capacity, envelope, ts);
    sy_write_string(&w, "state", online ? "online" : "offline");
    sy_write_string(&w, "session", session);
    if (firmware) sy_write_string(&w, "fw", firmware);
    if (ip) sy_write_string(&w, "ip", ip);
    if (online && rssi != 0) sy_write_integer(&w, "rssi", rssi);
    if (clean) sy_write_bool(&w, "clean", true);
    return sy_message_end(&w);
}

size_t sy_write_telemetry(char *buffer, size_t capacity, sy_envelope *envelope, int64_t ts, const sy_metric *metrics, size_t count) {
    sy_write w;
    sy_message_begin(&w, buffer, capacity, envelope, ts);
    sy_write_object(&w, "metrics");
    for (size_t i = 0; i < count; i++)
        /* A sensor that says nothing is left out: the contract wants numbers. */
        if (metrics[i].value == metrics[i].value && metrics[i].value < 1e15 && metrics[i].value > -1e15) sy_write_number(&w, metrics[i].name, metrics[i].value);
    sy_write_object_end(&w);
    return sy_message_end(&w);
}

size_t sy_write_stock(char *buffer, size_t capacity, sy_envelope *envelope, int64_t ts, const sy_commands *commands, const char *slot) {
    sy_write w;
    sy_message_begin(&w, buffer, capacity, envelope, ts);
    sy_write_array(&w, "slots");
    for (uint16_t i = 0; i < commands->config->slot_count; i++) {
        if (slot && strcmp(slot, commands->config->slots[i].slot) != 0) continue;
        sy_write_object(&w, NULL);
        sy_write_string(&w, "slot", commands->config->slots[i].slot);
        sy_write_integer(&w, "count", commands->stock[i]);
        sy_write_integer(&w, "filled", commands->filled[i]);
        sy_write_object_end(&w);
    }
    sy_write_array_end(&w);
    sy_write_string(&w, "source", "sensor");
    return sy_message_end(&w);
}

size_t sy_write_event(char *buffer, size_t capacity, sy_envelope *envelope, int64_t ts, const char *type, const char *level, const char *key, const char *value) {
    sy_write w;
    sy_message_begin(&w, buffer, capacity, envelope, ts);
    sy_write_string(&w, "type", type);
    sy_write_string(&w, "level", level);
    if (key) {
        sy_write_object(&w, "data");
        sy_write_string(&w, key, value);
        sy_write_object_end(&w);
    }
    return sy_message_end(&w);
}

size_t sy_write_diag(char *buffer, size_t capacity, sy_envelope *envelope, int64_t ts, const char *reset_reason, int64_t boots, int64_t heap_free, const char *chip, const char *hardware_id) {
    sy_write w;
    sy_message_begin(&w, buffer, capacity, envelope, ts);
    sy_write_object(&w, "data");
    sy_write_string(&w, "reset_reason", reset_reason);
    sy_write_integer(&w, "boots", boots);
    sy_write_integer(&w, "heap_free_b", heap_free);
    sy_write_string(&w, "chip", chip);
    sy_write_string(&w, "hardware_id", hardware_id);
    sy_write_object_end(&w);
    return sy_message_end(&w);
}

size_t sy_write_log_line(char *buffer, size_t capacity, sy_envelope *envelope, int64_t ts, const char *level, const char *tag, const char *message) {
    sy_write w;
    sy_message_begin(&w, buffer, capacity, envelope, ts);
    sy_write_string(&w, "level", level);
    sy_write_string(&w, "tag", tag);
    sy_write_string(&w, "message", message);
    return sy_message_end(&w);
}

static void write_slots(sy_write *w, const sy_config *config) {
    sy_write_array(w, "slots");
    for (uint16_t i = 0; i < config->slot_count; i++) {
        const sy_slot *slot = &config->slots[i];
        char price[24];
        snprintf(price, sizeof price, "%" PRId64, slot->price);
        sy_write_object(w, NULL);
        sy_write_string(w, "slot", slot->slot);
        if (slot->sku[0] != '\0') sy_write_string(w, "sku", slot->sku);
        else sy_write_null(w, "sku");
        sy_write_integer(w, "capacity", slot->capacity);
        if (slot->price >= 0) sy_write_string(w, "price", price);
        else sy_write_null(w, "price");
        sy_write_object_end(w);
    }
    sy_write_array_end(w);
}

size_t sy_write_config_report(char *buffer, size_t capacity, sy_envelope *envelope, int64_t ts, const sy_config *config, const char *error) {
    for (int with_slots = 1; with_slots >= 0; with_slots--) {
        sy_write w;
        sy_envelope own = *envelope;
        sy_message_begin(&w, buffer, capacity, &own, ts);
        sy_write_integer(&w, "version", config->version);
        if (error) sy_write_string(&w, "error", error);
        sy_write_integer(&w, "heartbeat_seconds", config->heartbeat_seconds);
        sy_write_string(&w, "timezone", config->timezone);
        if (with_slots) write_slots(&w, config);
        size_t length = sy_message_end(&w);
        if (length == 0 && with_slots) continue;
        *envelope = own;
        return length;
    }
    return 0;
}

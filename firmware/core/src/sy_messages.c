#include "sy_messages.h"

#include <stdio.h>
#include <string.h>

#include "sy_json.h"

/* A configuration of 8 KB has at most 75 slots of 15 tokens. */
#define MAX_TOKENS 1600

static const char *const COMMANDS[] = {"dispense", "reboot", "identify", "self_test", "rotate", "query"};
static const char *const MECHANISMS[] = {"motor", "servo", "lock"};

const char *sy_mechanism_name(sy_mechanism mechanism) { return MECHANISMS[mechanism]; }
const char *sy_command_name(sy_command_type type) { return type < SY_COMMAND_UNKNOWN ? COMMANDS[type] : "unknown"; }

/* Messages are read by one task, one after the other: the tokens need not be on its stack. */
static sy_json_token tokens[MAX_TOKENS];

static bool is_word(const char *text, const char *others) {
    if (*text == '\0') return false;
    for (; *text != '\0'; text++) {
        bool letter = (*text >= '0' && *text <= '9') || (*text >= 'A' && *text <= 'Z') || (*text >= 'a' && *text <= 'z');
        if (!letter && strchr(others, *text) == NULL) return false;
    }
    return true;
}

static bool is_slot(const char *text) {
    size_t length = strlen(text);
    if (length < 2 || length > 3 || text[0] < 'A' || text[0] > 'Z') return false;
    for (size_t i = 1; i < length; i++)
        if (text[i] < '0' || text[i] > '9') return false;
    return true;
}

static bool read_id(const sy_json *json, int object, const char *name, char *out) {
    return sy_json_string(json, sy_json_member(json, object, name), out, SY_ID_LENGTH + 1) && is_word(out, "_-");
}

static bool read_mechanism(const sy_json *json, int token, sy_mechanism *out) {
    for (int i = 0; i < 3; i++) {
        if (!sy_json_equals(json, token, MECHANISMS[i])) continue;
        *out = (sy_mechanism)i;
        return true;
    }
    return false;
}

static bool open_message(sy_json *json, const char *payload, size_t length) {
    int64_t version;
    return sy_json_parse(json, payload, length, tokens, MAX_TOKENS) && sy_json_is(json, 0, SY_JSON_OBJECT) && sy_json_integer(json, sy_json_member(json, 0, "v"), 1, 1, &version);
}

static bool read_args(const sy_json *json, int args, sy_command *command) {
    switch (command->type) {
        case SY_COMMAND_DISPENSE:
            return sy_json_string(json, sy_json_member(json, args, "slot"), command->slot, sizeof command->slot) &&
                   sy_json_string(json, sy_json_member(json, args, "order"), command->order, sizeof command->order) &&
                   read_mechanism(json, sy_json_member(json, args, "mechanism"), &command->mechanism);
        case SY_COMMAND_IDENTIFY: return sy_json_integer(json, sy_json_member(json, args, "seconds"), 1, 600, &command->seconds);
        case SY_COMMAND_ROTATE: return sy_json_string(json, sy_json_member(json, args, "password"), command->password, sizeof command->password) && command->password[0] != '\0';
        case SY_COMMAND_QUERY: return read_id(json, args, "id", command->asked);
        default: return true;
    }
}

bool sy_read_command(const char *payload, size_t length, sy_command *command) {
    sy_json json;
    memset(command, 0, sizeof *command);
    if (!open_message(&json, payload, length) || !read_id(&json, 0, "id", command->id)) return false;
    if (!sy_json_integer(&json, sy_json_member(&json, 0, "exp"), 0, SY_LATEST_TIME, &command->exp)) return false;
    if (!sy_json_integer(&json, sy_json_member(&json, 0, "ts"), 0, SY_LATEST_TIME, &command->ts)) return false;
    int type = sy_json_member(&json, 0, "type");
    int args = sy_json_member(&json, 0, "args");
    if (!sy_json_is(&json, type, SY_JSON_STRING) || !sy_json_is(&json, args, SY_JSON_OBJECT)) return false;
    command->type = SY_COMMAND_UNKNOWN;
    for (int i = 0; i < SY_COMMAND_UNKNOWN; i++)
        if (sy_json_equals(&json, type, COMMANDS[i])) command->type = (sy_command_type)i;
    command->args_fit = read_args(&json, args, command);
    return true;
}

/* Null is "". */
static bool read_optional(const sy_json *json, int token, char *out, size_t capacity) {
    out[0] = '\0';
    return sy_json_is(json, token, SY_JSON_NULL) || sy_json_string(json, token, out, capacity);
}

/* Null is "". A name is for people: one that is longer is cut, between two characters. */
static bool read_name(const sy_json *json, int token, char out[SY_NAME_LENGTH + 1]) {
    static char whole[1025];
    if (!read_optional(json, token, whole, sizeof whole)) return false;
    size_t length = strlen(whole);
    if (length > SY_NAME_LENGTH) length = SY_NAME_LENGTH;
    while (length > 0 && (whole[length] & 0xC0) == 0x80) length--;
    memcpy(out, whole, length);
    out[length] = '\0';
    return true;
}

/* A decimal string of micro-credits; null is -1. */
static bool read_price(const sy_json *json, int token, int64_t *out) {
    char text[20];
    *out = -1;
    if (sy_json_is(json, token, SY_JSON_NULL)) return true;
    if (!sy_json_string(json, token, text, sizeof text) || text[0] == '\0') return false;
    int64_t value = 0;
    for (const char *at = text; *at != '\0'; at++) {
        if (*at < '0' || *at > '9' || value > (INT64_MAX - 9) / 10) return false;
        value = value * 10 + (*at - '0');
    }
    *out = value;
    return true;
}

/* None is 0. */
static bool read_filled(const sy_json *json, int object, int32_t *out) {
    int64_t filled = 0;
    int member = sy_json_member(json, object, "filled");
    if (member >= 0 && !sy_json_integer(json, member, INT32_MIN, INT32_MAX, &filled)) return false;
    *out = (int32_t)filled;
    return true;
}

static bool read_slot(const sy_json *json, int object, sy_slot *slot) {
    int64_t capacity;
    if (!sy_json_string(json, sy_json_member(json, object, "slot"), slot->slot, sizeof slot->slot) || !is_slot(slot->slot)) return false;
    if (!read_optional(json, sy_json_member(json, object, "sku"), slot->sku, sizeof slot->sku)) return false;
    if (!read_name(json, sy_json_member(json, object, "name"), slot->name)) return false;
    if (!read_price(json, sy_json_member(json, object, "price"), &slot->price)) return false;
    if (!sy_json_integer(json, sy_json_member(json, object, "capacity"), 0, 9999, &capacity)) return false;
    slot->capacity = (uint16_t)capacity;
    if (!read_filled(json, object, &slot->filled)) return false;
    return read_mechanism(json, sy_json_member(json, object, "mechanism"), &slot->mechanism) && sy_json_bool(json, sy_json_member(json, object, "enabled"), &slot->enabled);
}

const char *sy_read_config(const char *payload, size_t length, sy_config *config) {
    sy_json json;
    int64_t number;
    memset(config, 0, sizeof *config);
    if (!open_message(&json, payload, length)) return "not a message of version 1";
    if (!sy_json_integer(&json, sy_json_member(&json, 0, "version"), 0, INT32_MAX, &number)) return "version: must be a whole number";
    config->version = (int32_t)number;
    if (!sy_json_integer(&json, sy_json_member(&json, 0, "heartbeat_seconds"), 1, 86400, &number)) return "heartbeat_seconds: must be a whole number from 1";
    config->heartbeat_seconds = (int32_t)number;
    if (!sy_json_string(&json, sy_json_member(&json, 0, "timezone"), config->timezone, sizeof config->timezone)) return "timezone: must be a text";
    int slots = sy_json_member(&json, 0, "slots");
    if (!sy_json_is(&json, slots, SY_JSON_ARRAY)) return "slots: must be a list";
    if (json.tokens[slots].count > SY_MAX_SLOTS) return "slots: more than this device has";
    int at = sy_json_first(slots);
    for (uint16_t i = 0; i < json.tokens[slots].count; i++, at = json.tokens[at].next) {
        sy_slot *slot = &config->slots[config->slot_count];
        if (!read_slot(&json, at, slot)) return "slots: one cannot be read";
        if (sy_config_slot(config, slot->slot)) return "slots: one comes twice";
        config->slot_count++;
    }
    return NULL;
}

const sy_slot *sy_config_slot(const sy_config *config, const char *slot) {
    for (uint16_t i = 0; i < config->slot_count; i++)
        if (strcmp(config->slots[i].slot, slot) == 0) return &config->slots[i];
    return NULL;
}

static bool is_sha256(char *text) {
    for (int i = 0; i < 64; i++) {
        if (text[i] >= 'A' && text[i] <= 'F') text[i] = (char)(text[i] | 0x20);
        bool hex = (text[i] >= '0' && text[i] <= '9') || (text[i] >= 'a' && text[i] <= 'f');
        if (!hex) return false;
    }
    return text[64] == '\0';
}

bool sy_read_ota(const char *payload, size_t length, sy_ota *ota) {
    sy_json json;
    int64_t from;
    int64_t to;
    memset(ota, 0, sizeof *ota);
    if (!open_message(&json, payload, length) || !read_id(&json, 0, "job", ota->job)) return false;
    if (!sy_json_string(&json, sy_json_member(&json, 0, "url"), ota->url, sizeof ota->url)) return false;
    if (!sy_json_integer(&json, sy_json_member(&json, 0, "size"), 1, INT32_MAX, &ota->size)) return false;
    if (!sy_json_string(&json, sy_json_member(&json, 0, "sha256"), ota->sha256, sizeof ota->sha256) || strlen(ota->sha256) != 64 || !is_sha256(ota->sha256)) return false;
    if (!sy_json_string(&json, sy_json_member(&json, 0, "version"), ota->version, sizeof ota->version) || ota->version[0] == '\0') return false;
    if (!sy_json_string(&json, sy_json_member(&json, 0, "manifest"), ota->manifest, sizeof ota->manifest)) return false;
    if (!sy_json_string(&json, sy_json_member(&json, 0, "signature"), ota->signature, sizeof ota->signature)) return false;
    int window = sy_json_member(&json, 0, "window");
    ota->has_window = !sy_json_is(&json, window, SY_JSON_NULL);
    if (!ota->has_window) return true;
    if (!sy_json_integer(&json, sy_json_member(&json, window, "from"), 0, 1440, &from) || !sy_json_integer(&json, sy_json_member(&json, window, "to"), 0, 1440, &to)) return false;
    ota->window_from = (int32_t)from;
    ota->window_to = (int32_t)to;
    return true;
}

void sy_message_begin(sy_write *w, char *buffer, size_t capacity, sy_envelope *envelope, int64_t ts) {
    sy_write_begin(w, buffer, capacity);
    sy_write_object(w, NULL);
    sy_write_integer(w, "v", 1);
    sy_write_string(w, "boot", envelope->boot);
    sy_write_integer(w, "seq", envelope->seq++);
    if (ts >= 0) sy_write_integer(w, "ts", ts);
}

size_t sy_message_end(sy_write *w) {
    sy_write_object_end(w);
    return sy_write_end(w) && w->length <= SY_JSON_MAX_BYTES ? w->length : 0;
}

size_t sy_write_claim(char *buffer, size_t capacity, const char *token, const char *hardware_id, const char *chip, const char *firmware_version, const char *boot) {
    sy_write w;
    sy_write_begin(&w, buffer, capacity);
    sy_write_object(&w, NULL);
    sy_write_string(&w, "token", token);
    sy_write_string(&w, "hardware_id", hardware_id);
    sy_write_string(&w, "chip", chip);
    sy_write_string(&w, "firmware_version", firmware_version);
    sy_write_string(&w, "boot_id", boot);
    sy_write_object_end(&w);
    return sy_write_end(&w) ? w.length : 0;
}

bool sy_read_claim(const char *payload, size_t length, sy_claim *claim) {
    sy_json json;
    int64_t number;
    char time[40];
    memset(claim, 0, sizeof *claim);
    if (!sy_json_parse(&json, payload, length, tokens, MAX_TOKENS) || !read_id(&json, 0, "machine_id", claim->machine_id)) return false;
    int mqtt = sy_json_member(&json, 0, "mqtt");
    if (!sy_json_string(&json, sy_json_member(&json, mqtt, "url"), claim->mqtt_url, sizeof claim->mqtt_url)) return false;
    if (!read_id(&json, mqtt, "username", claim->username) || !read_id(&json, mqtt, "client_id", claim->client_id)) return false;
    if (!sy_json_string(&json, sy_json_member(&json, mqtt, "password"), claim->password, sizeof claim->password)) return false;
    if (!read_optional(&json, sy_json_member(&json, mqtt, "ca_pem"), claim->ca_pem, sizeof claim->ca_pem)) return false;
    int key = sy_json_member(&json, 0, "firmware_key");
    if (key >= 0 && !read_optional(&json, key, claim->firmware_key, sizeof claim->firmware_key)) return false;
    if (!sy_json_string(&json, sy_json_member(&json, 0, "server_time"), time, sizeof time)) return false;
    claim->server_time = sy_read_time(time);
    if (claim->server_time < 0) return false;
    int config = sy_json_member(&json, 0, "config");
    if (!sy_json_integer(&json, sy_json_member(&json, config, "version"), 0, INT32_MAX, &number)) return false;
    claim->config_version = (int32_t)number;
    if (!sy_json_integer(&json, sy_json_member(&json, config, "heartbeat_seconds"), 1, 86400, &number)) return false;
    claim->heartbeat_seconds = (int32_t)number;
    int slots = sy_json_member(&json, config, "slots");
    if (!sy_json_is(&json, slots, SY_JSON_ARRAY) || json.tokens[slots].count > SY_MAX_SLOTS) return false;
    int at = sy_json_first(slots);
    for (uint16_t i = 0; i < json.tokens[slots].count; i++, at = json.tokens[at].next) {
        int64_t capacity;
        int64_t count;
        if (!sy_json_string(&json, sy_json_member(&json, at, "slot"), claim->slots[i].slot, sizeof claim->slots[i].slot)) return false;
        if (!sy_json_integer(&json, sy_json_member(&json, at, "capacity"), 0, 9999, &capacity) || !sy_json_integer(&json, sy_json_member(&json, at, "count"), 0, 9999, &count)) return false;
        if (!read_filled(&json, at, &claim->slots[i].filled)) return false;
        claim->slots[i].capacity = (uint16_t)capacity;
        claim->slots[i].count = (uint16_t)count;
        claim->slot_count++;
    }
    return true;
}

/* Days since 1970-01-01 of a day in the Gregorian calendar. */
static int64_t days_of(int year, int month, int day) {
    int y = month <= 2 ? year - 1 : year;
    int era = y / 400;
    int of_era = y - era * 400;
    int of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int day_of_era = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
    return (int64_t)era * 146097 + day_of_era - 719468;
}

int64_t sy_read_time(const char *text) {
    int year, month, day, hour, minute, second, read = 0;
    if (sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d%n", &year, &month, &day, &hour, &minute, &second, &read) != 6 || read != 19) return -1;
    if (year < 1970 || month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60) return -1;
    int64_t milliseconds = 0;
    const char *at = text + read;
    if (*at == '.') {
        int64_t unit = 100;
        for (at++; *at >= '0' && *at <= '9'; at++, unit /= 10) milliseconds += (*at - '0') * unit;
    }
    if (strcmp(at, "Z") != 0) return -1;
    return ((days_of(year, month, day) * 24 + hour) * 60 + minute) * 60000LL + second * 1000LL + milliseconds;
}

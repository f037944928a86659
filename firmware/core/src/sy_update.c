#include "sy_update.h"

#include <string.h>

#include "sy_json.h"

bool sy_window_open(int32_t from, int32_t to, int minute) {
    if (from == to) return true;
    if (minute < 0) return false;
    return from < to ? minute >= from && minute < to : minute >= from || minute < to;
}

sy_update_verdict sy_update_decide(const sy_ota *ota, const sy_last_update *last, const char *running_version, int minute, bool dispensing) {
    if (strcmp(ota->job, last->job) == 0 && !last->failed) return SY_UPDATE_REPEAT;
    if (strcmp(ota->version, running_version) == 0) return SY_UPDATE_ALREADY;
    if (dispensing || (ota->has_window && !sy_window_open(ota->window_from, ota->window_to, minute))) return SY_UPDATE_WAIT;
    return SY_UPDATE_START;
}

const char *sy_manifest_problem(const sy_ota *ota) {
    sy_json json;
    sy_json_token tokens[64];
    int64_t size;
    if (!sy_json_parse(&json, ota->manifest, strlen(ota->manifest), tokens, 64)) return "the manifest is not JSON";
    bool same = sy_json_equals(&json, sy_json_member(&json, 0, "version"), ota->version) && sy_json_integer(&json, sy_json_member(&json, 0, "size"), ota->size, ota->size, &size);
    char sha256[65];
    if (!same || !sy_json_string(&json, sy_json_member(&json, 0, "sha256"), sha256, sizeof sha256) || strcmp(sha256, ota->sha256) != 0) return "the manifest is of another image";
    return NULL;
}

bool sy_image_is(const uint8_t *head, size_t length, const char *version) {
    static const uint8_t magic[4] = {0x32, 0x54, 0xCD, 0xAB};
    if (length < 288 || head[0] != 0xE9 || memcmp(head + 32, magic, 4) != 0) return false;
    /* 32 bytes, with a NUL unless all of them are used. */
    return strlen(version) <= 32 && strncmp((const char *)head + 48, version, 32) == 0;
}

size_t sy_write_ota_state(char *buffer, size_t capacity, sy_envelope *envelope, int64_t ts, const char *job, const char *state, int percent, const char *error) {
    sy_write w;
    sy_message_begin(&w, buffer, capacity, envelope, ts);
    sy_write_string(&w, "job", job);
    sy_write_string(&w, "state", state);
    if (percent >= 0) sy_write_integer(&w, "percent", percent);
    if (error) sy_write_string(&w, "error", error);
    return sy_message_end(&w);
}

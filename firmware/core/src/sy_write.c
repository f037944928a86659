#include "sy_write.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static void put(sy_write *w, const char *bytes, size_t count) {
    /* One byte is left for the NUL. */
    if (w->overflow || w->length + count >= w->capacity) {
        w->overflow = true;
        return;
    }
    memcpy(w->buffer + w->length, bytes, count);
    w->length += count;
}

static void put_text(sy_write *w, const char *text) { put(w, text, strlen(text)); }

/* As sy_json.c has it for reading; here a wrong byte counts as one character. */
static size_t character_length(const unsigned char *text) {
    unsigned char c = text[0];
    size_t length = c < 0x80 ? 1 : c >= 0xC2 && c <= 0xDF ? 2 : (c & 0xF0) == 0xE0 ? 3 : c >= 0xF0 && c <= 0xF4 ? 4 : 0;
    for (size_t i = 1; i < length; i++)
        if ((text[i] & 0xC0) != 0x80) return 0;
    bool wrong = (c == 0xE0 && text[1] < 0xA0) || (c == 0xED && text[1] > 0x9F) || (c == 0xF0 && text[1] < 0x90) || (c == 0xF4 && text[1] > 0x8F);
    return wrong ? 0 : length;
}

static void put_quoted(sy_write *w, const char *value) {
    put_text(w, "\"");
    for (const unsigned char *at = (const unsigned char *)value; *at != '\0';) {
        size_t length = character_length(at);
        if (*at == '"' || *at == '\\') {
            char escaped[2] = {'\\', (char)*at};
            put(w, escaped, 2);
        } else if (*at < 0x20) {
            char escaped[8];
            snprintf(escaped, sizeof escaped, "\\u%04x", *at);
            put_text(w, escaped);
        } else if (length == 0) {
            put_text(w, "?");
        } else {
            put(w, (const char *)at, length);
        }
        at += length == 0 ? 1 : length;
    }
    put_text(w, "\"");
}

static void put_key(sy_write *w, const char *key) {
    if (w->comma) put_text(w, ",");
    w->comma = true;
    if (!key) return;
    put_quoted(w, key);
    put_text(w, ":");
}

void sy_write_begin(sy_write *w, char *buffer, size_t capacity) { *w = (sy_write){.buffer = buffer, .capacity = capacity}; }

bool sy_write_end(sy_write *w) {
    if (w->capacity > 0) w->buffer[w->overflow ? 0 : w->length] = '\0';
    return !w->overflow;
}

static void open_container(sy_write *w, const char *key, const char *bracket) {
    put_key(w, key);
    put_text(w, bracket);
    w->comma = false;
}

static void close_container(sy_write *w, const char *bracket) {
    put_text(w, bracket);
    w->comma = true;
}

void sy_write_object(sy_write *w, const char *key) { open_container(w, key, "{"); }
void sy_write_object_end(sy_write *w) { close_container(w, "}"); }
void sy_write_array(sy_write *w, const char *key) { open_container(w, key, "["); }
void sy_write_array_end(sy_write *w) { close_container(w, "]"); }

void sy_write_string(sy_write *w, const char *key, const char *value) {
    put_key(w, key);
    put_quoted(w, value);
}

void sy_write_integer(sy_write *w, const char *key, int64_t value) {
    char text[24];
    snprintf(text, sizeof text, "%" PRId64, value);
    put_key(w, key);
    put_text(w, text);
}

void sy_write_number(sy_write *w, const char *key, double value) {
    if (!isfinite(value) || fabs(value) >= 1e15) {
        sy_write_null(w, key);
        return;
    }
    char text[32];
    snprintf(text, sizeof text, "%.3f", value);
    size_t length = strlen(text);
    while (text[length - 1] == '0') text[--length] = '\0';
    if (text[length - 1] == '.') text[--length] = '\0';
    put_key(w, key);
    put_text(w, strcmp(text, "-0") == 0 ? "0" : text);
}

void sy_write_bool(sy_write *w, const char *key, bool value) {
    put_key(w, key);
    put_text(w, value ? "true" : "false");
}

void sy_write_null(sy_write *w, const char *key) {
    put_key(w, key);
    put_text(w, "null");
}
